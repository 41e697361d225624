// Calls to the server: each is one script, or one plain command, on the keys of one queue, in the order in which they
// are made.
import { RedisClient } from './client.js';
import { type CallHead, callWriter, connectToOwner, type Ioredis, written } from './connection.js';
import { type RedisKey, redisKey } from './keys.js';
import type { ResolvedRedisOptions } from './options.js';
import { hashOf, type RedisScript } from './scripts/script.js';

type Command = (values: readonly (string | number)[]) => Promise<unknown>;

/** A script and what its calls begin with: how many keys there are, and the keys. */
interface Prepared {
  readonly text: string;
  readonly hash: string;
  readonly keys: readonly (string | number)[];
  readonly head: CallHead;
}

/** Calls of the scripts and commands that a queue consists of. */
export class RedisServer {
  readonly #queue: string;
  readonly #client: RedisClient;
  readonly #prepared = new Map<RedisScript, Prepared>();
  /** The scripts that this connection has sent, so that the server knows them by their hashes. */
  readonly #known = new Set<RedisScript>();

  constructor(options: ResolvedRedisOptions) {
    this.#queue = options.name;
    this.#client = new RedisClient(options, () => this.#known.clear());
  }

  /** Runs a script with these arguments. @throws StorageError */
  run<T>(script: RedisScript, values: readonly (string | number)[]): Promise<T> {
    const { text, hash, keys, head } = this.#prepare(script);
    return this.#client.call<T>((ioredis, attempt) => {
      if (attempt === 0 && this.#known.has(script)) {
        const write = callWriter(ioredis);
        return write === undefined
          ? send(ioredis, 'evalsha', [hash, ...keys, ...values])
          : write(head, values);
      }
      // With its text: what is sent behind it must not overtake it while the server asks for the text.
      this.#known.add(script);
      return send(ioredis, 'eval', [text, ...keys, ...values]);
    });
  }

  /** Runs a command on one key. @throws StorageError */
  command<T>(name: string, key: RedisKey, ...values: readonly (string | number)[]): Promise<T> {
    return this.#client.call<T>((ioredis) => send(ioredis, name, [redisKey(this.#queue, key), ...values]));
  }

  /** Waits until the server can be used. @throws StorageError */
  async reach(): Promise<void> {
    await this.#client.open();
  }

  /** A connection of its own to the node of the cluster that has the queue. @throws StorageError */
  async connectToNode(): Promise<Ioredis> {
    return connectToOwner(await this.#client.open(), redisKey(this.#queue, 'queue'));
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #prepare(script: RedisScript): Prepared {
    let prepared = this.#prepared.get(script);
    if (prepared === undefined) {
      const hash = hashOf(script);
      const keys = [script.keys.length, ...script.keys.map((key) => redisKey(this.#queue, key))];
      const texts = ['evalsha', hash, ...keys];
      prepared = { text: script.lua, hash, keys, head: { texts: texts.length, written: written(texts) } };
      this.#prepared.set(script, prepared);
    }
    return prepared;
  }
}

/** Sends a command with its arguments as one list, for there may be more of them than a call takes. */
function send(ioredis: Ioredis, name: string, values: readonly (string | number)[]): Promise<unknown> {
  return (Reflect.get(ioredis, name) as Command).call(ioredis, values);
}
