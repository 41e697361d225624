// A channel whose child is in this process: by hand, where the test is the child; or a real one, on a line that clones
// what it carries, as those of threads and processes do.
import type { ChannelEvents, OpenChannel } from '../../src/consumer/channel.js';
import { RunnerChild } from '../../src/consumer/runner-child.js';
import type { FromChild, ToChild } from '../../src/consumer/runner-messages.js';

/** The child's end of a channel, in the hands of a test. */
export class FakeChannel {
  /** What the runner has sent, in order. */
  readonly received: ToChild[] = [];
  isKilled = false;
  /** Whether being killed is the end of it at once; else the test says when. */
  diesWhenKilled = true;
  /** Called for each message. */
  onReceived: (message: ToChild) => void = () => {};
  #events: ChannelEvents | undefined;

  readonly open: OpenChannel = (events) => {
    this.#events = events;
    return Promise.resolve({
      post: (message) => {
        if (this.#events === undefined) return;
        const copy = structuredClone(message);
        this.received.push(copy);
        this.onReceived(copy);
      },
      kill: () => {
        this.isKilled = true;
        if (this.diesWhenKilled) this.die('was killed');
      },
    });
  };

  /** Whether a child is at the other end. */
  get isOpen(): boolean {
    return this.#events !== undefined;
  }

  /** The kinds of what was sent. */
  get kinds(): string[] {
    return this.received.map(({ kind }) => kind);
  }

  /** Sends to the runner. */
  say(message: FromChild): void {
    this.#events?.onMessage(structuredClone(message));
  }

  /** The child is gone. */
  die(how = 'died', error?: unknown): void {
    const events = this.#events;
    this.#events = undefined;
    events?.onExit({ how, error });
  }
}

/** A channel to a real child, which loads the Huey that is given. */
export function inMemory(load: () => Promise<object> | object): FakeChannel {
  const channel = new FakeChannel();
  const child = new RunnerChild(
    {
      // Not inside the call, as a message takes its time.
      post: (message) => void Promise.resolve().then(() => channel.say(message)),
      exit: () => channel.die('exited with code 0'),
    },
    async () => load(),
  );
  channel.onReceived = (message) => void Promise.resolve().then(() => child.receive(message));
  return channel;
}
