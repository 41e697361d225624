// The port between a remote runner and its child: a line on which messages keep their order, and an end that is told
// once. What is behind it, a thread or a process, is no concern of those who use it.
import type { FromChild, ToChild } from './runner-messages.js';

/** What a channel calls. */
export interface ChannelEvents {
  /** A message has come; none comes after the end. */
  readonly onMessage: (message: FromChild) => void;
  /** The child is gone, and nothing that it began goes on. */
  readonly onExit: (death: Death) => void;
}

/** How a child came to its end. */
export interface Death {
  /** As in "exited with code 1" or "was ended by SIGKILL". */
  readonly how: string;
  /** What it died of, if that is known. */
  readonly error?: unknown;
}

/** A line to a child. States: open -> closed, when the child is gone. */
export interface Channel {
  /** Sends a message; it is lost if the child is gone. */
  post(message: ToChild): void;
  /** Ends the child, whatever it is at; `onExit` follows. */
  kill(): void;
}

/** Starts a child. @throws if the host cannot start one. */
export type OpenChannel = (events: ChannelEvents) => Promise<Channel>;

/** The other end of the line. */
export interface ParentPort {
  post(message: FromChild): void;
  /** Ends this child. */
  exit(): void;
}
