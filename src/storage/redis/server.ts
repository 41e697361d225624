// Calls to the server: each is one script, or one plain command, on the keys of one queue, in the order in which they
// are made.
import { RedisClient, type Ioredis } from './client.js';
import { type RedisKey, redisKey } from './keys.js';
import type { ResolvedRedisOptions } from './options.js';
import type { RedisScript } from './scripts/script.js';

type Command = (...values: readonly (string | number)[]) => Promise<unknown>;

export class RedisServer {
  readonly #queue: string;
  readonly #client: RedisClient;
  readonly #keys = new Map<RedisScript, readonly string[]>();
  /** The connection that knows the scripts. */
  #defined: Ioredis | undefined;

  /** @param scripts All that will be run. */
  constructor(options: ResolvedRedisOptions, scripts: readonly RedisScript[]) {
    this.#queue = options.name;
    for (const script of scripts)
      this.#keys.set(
        script,
        script.keys.map((key) => redisKey(options.name, key)),
      );
    this.#client = new RedisClient(options, (ioredis) => this.#define(ioredis));
  }

  /** Runs a script with these arguments. @throws StorageError */
  run<T>(script: RedisScript, values: readonly (string | number)[]): Promise<T> {
    const keys = this.#keys.get(script)!;
    return this.#client.call<T>((ioredis) => commandOf(ioredis, scriptCommand(script))(...keys, ...values));
  }

  /** Runs a command on one key. @throws StorageError */
  command<T>(name: string, key: RedisKey, ...values: readonly (string | number)[]): Promise<T> {
    return this.#client.call<T>((ioredis) => commandOf(ioredis, name)(redisKey(this.#queue, key), ...values));
  }

  /** Waits until the server can be used. @throws StorageError */
  async reach(): Promise<void> {
    await this.#client.open();
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #define(ioredis: Ioredis): void {
    if (this.#defined === ioredis) return;
    this.#defined = ioredis;
    for (const script of this.#keys.keys())
      ioredis.defineCommand(scriptCommand(script), { numberOfKeys: script.keys.length, lua: script.lua });
  }
}

/** No command of Redis is called so. */
function scriptCommand({ name }: RedisScript): string {
  return `huey_${name}`;
}

function commandOf(ioredis: Ioredis, name: string): Command {
  return (...values) => (Reflect.get(ioredis, name) as Command).apply(ioredis, [...values]);
}
