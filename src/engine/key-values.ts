// The result store as a plain key-value store, for data of the user's own. It shares its keys with the results, whose
// keys are task ids.
import { nonEmptyString } from '../check.js';
import type { Engine } from './engine.js';

/** Data of your own in the storage; get it as `huey.data`. */
export class KeyValues {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Stores a value under a key; what was there is replaced. @throws SerializationError if it cannot travel. */
  async put(key: string, value: unknown): Promise<void> {
    const effect = {
      kind: 'put',
      key: nonEmptyString('key', key),
      data: this.#engine.codec.encodeValue(value),
    } as const;
    await this.#engine.storage.turn({
      settled: [{ effects: [effect] }],
      take: 0,
      lease: '',
      now: this.#engine.now(),
    });
  }

  /** Stores a value if the key is free; false if it is not. Atomic. */
  async putIfEmpty(key: string, value: unknown): Promise<boolean> {
    return this.#engine.storage.putIfEmpty(
      nonEmptyString('key', key),
      this.#engine.codec.encodeValue(value),
      this.#engine.now(),
    );
  }

  /** Reads a value and leaves it; undefined if there is none. */
  async peek(key: string): Promise<unknown> {
    return this.#read(await this.#engine.storage.peek(nonEmptyString('key', key), this.#engine.now()));
  }

  /** Reads a value and removes it; undefined if there is none. */
  async pop(key: string): Promise<unknown> {
    return this.#read(await this.#engine.storage.pop(nonEmptyString('key', key), this.#engine.now()));
  }

  /** Removes a value; false if there was none. */
  async delete(key: string): Promise<boolean> {
    return this.#engine.storage.delete(nonEmptyString('key', key), this.#engine.now());
  }

  /** All keys in use, sorted. */
  async keys(): Promise<readonly string[]> {
    return this.#engine.storage.keys(this.#engine.now());
  }

  #read(data: string | undefined): unknown {
    return data === undefined ? undefined : this.#engine.codec.decodeValue(data);
  }
}
