// What the lines of a recording say: the first is the header, each of the others one event. Arguments and results are
// plain JSON, as the default serializer writes them, whatever serializer the queue uses.
import type { Signal } from '../../model/signals.js';
import type { Wire } from '../../model/message.js';

/** What the first line of every recording says it is. */
export const RECORDING_FORMAT = 'huey-ts recording';
/** Counts up when older readers could no longer understand the lines. */
export const RECORDING_VERSION = 1;

/** Stands for what was redacted by a path. */
export const REDACTED = '[redacted]';

/** The first line of a recording. */
export interface RecordingHeader {
  readonly format: typeof RECORDING_FORMAT;
  readonly version: number;
  /** The version of huey-ts that wrote it. */
  readonly package: string;
  /** The version of Node that it ran on. */
  readonly node: string;
  /** The name of the Huey. */
  readonly huey: string;
  /** When the recording began, in epoch milliseconds. */
  readonly start: number;
  /** The options of the consumer, if it was named: those that are plain data. */
  readonly consumer: { readonly [option: string]: unknown } | null;
  /** Which paths were redacted, by task, and whether a function redacted as well; null: nothing was. */
  readonly redacted: { readonly paths: RedactedPaths; readonly function: boolean } | null;
  /** The tasks that were declared then, and those of them that are periodic. */
  readonly tasks: readonly string[];
  readonly periodic: readonly string[];
}

/** Paths into what is recorded, by the name of the task, `*` for all: `args[0].password`, `result.token`, `error`. */
export type RedactedPaths = { readonly [task: string]: readonly string[] };

/** A task with the stages that follow it, as messages; or a chord, with its callback. */
export interface RecordedWork {
  readonly chain: readonly Wire[];
  /** When it is due, in epoch milliseconds, if it was put into the schedule. */
  readonly due?: number;
  /** The chord that the chain is the callback of. */
  readonly chord?: { readonly id: string; readonly size: number };
}

/** An attempt: the task that runs, or was told of. */
export interface RecordedAttempt {
  readonly id: string;
  readonly attempt: number;
}

/** One line after the header. `at` is in epoch milliseconds. */
export type RecordingEvent =
  /** Work was enqueued in one step: by code outside of tasks, or `by` a task, its handlers and hooks included. */
  | {
      readonly kind: 'enqueued';
      readonly at: number;
      readonly by?: RecordedAttempt;
      readonly work: readonly RecordedWork[];
      readonly redacted?: true;
    }
  /** A task was delivered that another process has enqueued. */
  | {
      readonly kind: 'arrived';
      readonly at: number;
      readonly from: 'queue' | 'schedule';
      readonly work: readonly RecordedWork[];
      readonly redacted?: true;
    }
  /** A periodic task was enqueued for a minute. */
  | {
      readonly kind: 'tick';
      readonly at: number;
      readonly id: string;
      readonly name: string;
      readonly minute: number;
    }
  | {
      readonly kind: 'signal';
      readonly at: number;
      readonly signal: Signal;
      readonly id: string;
      readonly name: string;
      readonly attempt: number;
      /** Name and message of what the task failed with. */
      readonly error?: string;
      readonly redacted?: true;
    }
  /** A result was stored. */
  | {
      readonly kind: 'result';
      readonly at: number;
      readonly id: string;
      readonly value: unknown;
      readonly redacted?: true;
    }
  /** A task was revoked by its id, or all of a name. */
  | {
      readonly kind: 'revoked';
      readonly at: number;
      readonly by?: RecordedAttempt;
      readonly id?: string;
      readonly name?: string;
      readonly once: boolean;
      readonly until?: number;
    }
  | {
      readonly kind: 'restored';
      readonly at: number;
      readonly by?: RecordedAttempt;
      readonly id?: string;
      readonly name?: string;
    }
  /** Something could not be written down. */
  | { readonly kind: 'unrecorded'; readonly at: number; readonly what: string; readonly reason: string }
  /** The sink did not keep up: so many lines are missing here. */
  | { readonly kind: 'gap'; readonly at: number; readonly dropped: number }
  | { readonly kind: 'end'; readonly at: number; readonly reason: 'closed' | 'full' };
