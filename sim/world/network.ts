// The way between the nodes and the storage they share. A call is two park points: its request may be delayed, refused
// or cut off; then it takes effect as one atomic step; its answer takes its time, and may be lost. One command at a
// time, and no time passes while a real storage works. Where nothing can go wrong on the way, a call is just made.
import { StorageError } from '../../src/errors.js';
import { MemoryStorage } from '../../src/storage/memory.js';
import type { Storage, StorageListener } from '../../src/storage/storage.js';
import type { Actor } from './actor.js';
import type { Faults } from './faults.js';
import type { Kernel } from '../kernel/kernel.js';
import { Notices } from './notices.js';
import type { Recorder } from './recorder.js';

/** The calls that go over the network. */
export type Op = Exclude<keyof Storage, 'capabilities' | 'subscribe' | 'watch' | 'tellsOf' | 'close'>;

export interface NetworkParts {
  readonly kernel: Kernel;
  readonly storage: Storage;
  readonly recorder: Recorder;
  /** Called when a node dies of a call. */
  readonly onCrash: (actor: Actor, mishap: string) => void;
}

const NEVER = new Promise<never>(() => {});

export class Network {
  /** undefined: nothing can go wrong, and calls take no turn. */
  faults: Faults | undefined;
  readonly #parts: NetworkParts;
  readonly #isMemory: boolean;
  /** Whether the storage tells of its changes itself, at once. */
  readonly #tellsItself: boolean;
  readonly #notices = new Notices();
  /** Who listens to the storage itself. */
  readonly #ears = new Set<StorageListener>();
  /** Real commands form a queue. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: NetworkParts, faults: Faults | undefined) {
    this.#parts = parts;
    this.faults = faults;
    this.#isMemory = parts.storage instanceof MemoryStorage;
    this.#tellsItself = this.#isMemory && faults === undefined;
  }

  /** Makes a call on behalf of an actor; of the test, if of none. */
  call(actor: Actor | undefined, op: Op, args: readonly unknown[]): unknown {
    if (actor === undefined) return this.#apply(actor, op, args);
    if (actor.isDead) return NEVER;
    const isPlain = this.#isMemory && this.faults?.concerns(op) !== true && !actor.process.isCutOff;
    if (isPlain || !this.#parts.kernel.isRunning) return this.#apply(actor, op, args);
    return this.#travel(actor, op, args);
  }

  subscribe(actor: Actor | undefined, listener: StorageListener): () => void {
    const isDeaf = (): boolean => actor !== undefined && (actor.isDead || actor.process.isCutOff);
    if (!this.#tellsItself) return this.#notices.subscribe({ isDeaf, listener });
    const ear: StorageListener = (gained, lease) => {
      if (!isDeaf()) listener(gained, lease);
    };
    this.#ears.add(ear);
    const unsubscribe = this.#parts.storage.subscribe(ear);
    return () => {
      this.#ears.delete(ear);
      unsubscribe();
    };
  }

  watch(actor: Actor | undefined, key: string, listener: () => void): () => void {
    const ear = (): void => {
      if (actor?.isDead !== true) listener();
    };
    return this.#tellsItself ? this.#parts.storage.watch(key, ear) : this.#notices.watch(key, ear);
  }

  /** Whoever was cut off may have missed something. */
  reconnect(): void {
    this.#notices.wakeAll();
    for (const listener of this.#ears)
      for (const gained of ['queue', 'schedule', 'lease'] as const) listener(gained, '');
  }

  async #travel(actor: Actor, op: Op, args: readonly unknown[]): Promise<unknown> {
    const { recorder } = this.#parts;
    const { process } = actor;
    const fate = this.faults?.next(process.name, actor.name, op);
    recorder.record(actor, 'request', op);
    await actor.park(fate?.thereMs ?? 0, { op, args, isAnswer: false });
    if (fate?.mishap === 'crash-before') return this.#die(actor, op, fate.mishap);
    if (process.isCutOff || fate?.mishap === 'refused')
      return this.#refuse(actor, op, args, fate?.backMs ?? 0);
    const { cuts } = process;
    let answer: unknown;
    let failure: { readonly error: unknown } | undefined;
    try {
      answer = await this.#apply(actor, op, args);
    } catch (error) {
      failure = { error };
    }
    if (fate?.mishap === 'crash-after') return this.#die(actor, op, fate.mishap);
    await actor.park(fate?.backMs ?? 0, { op, args, isAnswer: true });
    if (process.cuts > cuts || fate?.mishap === 'lost') return this.#lose(actor, op);
    recorder.record(actor, 'response', op);
    if (failure !== undefined) throw failure.error;
    return answer;
  }

  /** The storage does it, whatever becomes of the answer. */
  #apply(actor: Actor | undefined, op: Op, args: readonly unknown[]): unknown {
    const { storage, kernel, recorder } = this.#parts;
    if (this.#isMemory) {
      const answer = invoke(storage, op, args);
      if (!this.#tellsItself) this.#notices.after(op, args, answer);
      if (recorder.isOn) recorder.record(actor, 'apply', op, { call: { args, answer } });
      return answer;
    }
    const command = this.#last.then(() => invoke(storage, op, args));
    this.#last = command.catch(() => {});
    return kernel.command(command).then(
      (answer) => {
        this.#notices.after(op, args, answer);
        recorder.record(actor, 'apply', op, { call: { args, answer } });
        return answer;
      },
      (error: unknown) => {
        recorder.record(actor, 'apply', op, { call: { args, error }, detail: String(error) });
        throw error;
      },
    );
  }

  #die(actor: Actor, op: Op, mishap: string): Promise<never> {
    this.#parts.onCrash(actor, `${mishap} ${op}`);
    return NEVER;
  }

  async #refuse(actor: Actor, op: Op, args: readonly unknown[], backMs: number): Promise<never> {
    this.#parts.recorder.record(actor, 'fault', 'refused', { detail: op });
    await actor.park(backMs, { op, args, isAnswer: true });
    throw new StorageError(`the storage could not be reached (${op})`, { retryable: true });
  }

  #lose(actor: Actor, op: Op): never {
    this.#parts.recorder.record(actor, 'fault', 'lost-response', { detail: op });
    throw new StorageError(`the connection was lost before the answer came (${op})`, {
      mayHaveApplied: true,
      retryable: true,
    });
  }
}

function invoke(storage: Storage, op: Op, args: readonly unknown[]): unknown {
  const method = storage[op] as (...args: readonly unknown[]) => unknown;
  return method.apply(storage, args as unknown[]);
}
