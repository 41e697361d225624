// The handles of work that was enqueued together: of a group, a pipeline, a map, or a chord.
import { checkOptionNames } from '../check.js';
import type { GetOptions, Result } from './result.js';
import { durationMs } from '../time.js';
import type { Clock } from '../runtime.js';

/** Something that can be read: one handle, or several. */
export interface Readable {
  get(options?: GetOptions): Promise<unknown>;
  isReady(): Promise<boolean>;
}

/** The values of handles, in order; each may be undefined as long as its task has not ended. */
export type Values<S extends readonly unknown[]> = { -readonly [K in keyof S]: S[K] | undefined };

/** The longest pause of `asCompleted` between two looks. */
const LOOK_EVERY_MS = 100;

/** The handles of a group, a pipeline or a map. */
export class ResultGroup<S extends readonly unknown[] = readonly unknown[]> implements Iterable<
  Result<S[number]>
> {
  readonly #members: readonly Readable[];
  readonly #clock: () => Clock;
  declare readonly valuesType: S;

  constructor(members: readonly Readable[], clock: () => Clock) {
    this.#members = members;
    this.#clock = clock;
  }

  get length(): number {
    return this.#members.length;
  }

  /** The handle at that place; negative places count from the end. A member that is a group itself is a ResultGroup. */
  at(index: number): Result<S[number]> | undefined {
    return this.#members.at(index) as Result<S[number]> | undefined;
  }

  [Symbol.iterator](): Iterator<Result<S[number]>> {
    return (this.#members as Result<S[number]>[])[Symbol.iterator]();
  }

  /** Reads all of them, in order; the first failure is thrown. A timeout is for each. */
  get(options: GetOptions & { readonly blocking: true }): Promise<{ -readonly [K in keyof S]: S[K] }>;
  get(options?: GetOptions): Promise<Values<S>>;
  async get(options?: GetOptions): Promise<Values<S>> {
    const values: unknown[] = [];
    for (const member of this.#members) values.push(await member.get(options));
    return values as Values<S>;
  }

  /** Whether all of them are ready. */
  async isReady(): Promise<boolean> {
    for (const member of this.#members) if (!(await member.isReady())) return false;
    return true;
  }

  /** Yields the values as their tasks end; a failure is thrown at its turn. `timeout` bounds the whole. */
  async *asCompleted(options: Pick<GetOptions, 'timeout'> = {}): AsyncGenerator<S[number], void, undefined> {
    checkOptionNames(options, ['timeout'], 'asCompleted');
    const timeoutMs = options.timeout === undefined ? Infinity : durationMs('timeout', options.timeout);
    let waiting = [...this.#members];
    let waitedMs = 0;
    while (waiting.length > 0) {
      const late: Readable[] = [];
      for (const member of waiting) {
        if (await member.isReady()) yield (await member.get()) as S[number];
        else late.push(member);
      }
      if (late.length === waiting.length) {
        if (waitedMs >= timeoutMs) return;
        const pauseMs = Math.min(LOOK_EVERY_MS, timeoutMs - waitedMs);
        await this.#clock().sleep(pauseMs);
        waitedMs += pauseMs;
      }
      waiting = late;
    }
  }
}

/** The handle of a chord: reading it reads the callback. */
export class ChordResult<
  M extends readonly unknown[] = readonly unknown[],
  S extends readonly unknown[] = readonly unknown[],
> {
  /** The members; for a pipeline, its last stage. */
  readonly members: ResultGroup<M>;
  readonly callback: Result<S[0]>;
  /** The callback and the stages after it, if there are any. */
  readonly pipeline: ResultGroup<S> | undefined;

  constructor(members: ResultGroup<M>, callback: Result<S[0]>, pipeline: ResultGroup<S> | undefined) {
    this.members = members;
    this.callback = callback;
    this.pipeline = pipeline;
  }

  /** @see Result.get */
  get(options: GetOptions & { readonly blocking: true }): Promise<S[0]>;
  get(options?: GetOptions): Promise<S[0] | undefined>;
  async get(options?: GetOptions): Promise<S[0] | undefined> {
    return this.callback.get(options);
  }

  async isReady(): Promise<boolean> {
    return this.callback.isReady();
  }
}
