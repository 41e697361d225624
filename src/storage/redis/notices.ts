// Who is told what has gained: a connection of its own that listens to two channels of the queue. Whenever it begins to
// listen, after a break too, listeners are told of what is there, be it new or not: so a notice that was missed is made
// good.
import { RedisClient } from './client.js';
import type { Ioredis } from './connection.js';
import { nameOf } from './keys.js';
import type { ResolvedRedisOptions } from './options.js';
import { Watchers } from '../../watchers.js';
import type { StorageListener } from '../storage.js';

/** The two channels of a queue. */
export interface RedisChannels {
  /** What has gained: `q`, `s`, or `l` and a lease, separated by NUL. */
  readonly news: string;
  /** Keys under which data was put, separated by NUL. */
  readonly stored: string;
}

/** What has to be looked up when listening begins. */
export interface RedisCatchUp {
  /** Whether the queue and the schedule hold anything, and which leases do. */
  gains(): Promise<{
    readonly queue: boolean;
    readonly schedule: boolean;
    readonly leases: readonly string[];
  }>;
  /** Those of the keys that have data. */
  present(keys: readonly string[]): Promise<readonly string[]>;
}

/** No more keys are expected than so many: who enqueues much does not wait for each. */
const MOST_EXPECTED = 1000;

/** So many messages that nobody waits for, and the channel of stored keys is left. */
const UNWANTED_MESSAGES = 1000;

export class RedisNotices {
  readonly #channels: RedisChannels;
  readonly #catchUp: RedisCatchUp;
  readonly #client: RedisClient;
  readonly #listeners = new Set<StorageListener>();
  readonly #watchers = new Watchers();
  readonly #wanted = new Set<string>();
  /** Keys that nothing was put under before, and of which nothing was heard since. */
  readonly #expected = new Set<string>();
  #isHearing = false;
  #unwanted = 0;

  /** @param make Makes the connection, where it is made in another way than others. */
  constructor(
    options: ResolvedRedisOptions,
    channels: RedisChannels,
    catchUp: RedisCatchUp,
    make?: () => Promise<Ioredis>,
  ) {
    this.#channels = channels;
    this.#catchUp = catchUp;
    let attached: Ioredis | undefined;
    const onReady = (ioredis: Ioredis): void => {
      if (attached !== ioredis)
        ioredis.on('message', (channel: string, message: string) => this.#hear(channel, message));
      attached = ioredis;
      this.#hearNoMore();
      for (const channel of this.#wanted) void this.#listen(channel);
    };
    this.#client = new RedisClient(options, onReady, make);
  }

  subscribe(listener: StorageListener): () => void {
    // The same function may be given twice; each has its own way out.
    const own: StorageListener = (...news) => listener(...news);
    this.#listeners.add(own);
    this.#want(this.#channels.news);
    return () => void this.#listeners.delete(own);
  }

  watch(key: string, listener: () => void): () => void {
    const letGo = this.#watchers.watch(key, listener);
    this.#unwanted = 0;
    this.#want(this.#channels.stored);
    return letGo;
  }

  /** Notes that what is put under a key from now on is the first. Call it before anybody can put it. */
  expect(key: string): void {
    if (!this.#hears) return;
    if (this.#expected.size >= MOST_EXPECTED) this.#expected.clear();
    this.#expected.add(key);
  }

  /** Whether a watcher of the key will be told, as nothing was put under it and heard of yet. */
  isExpected(key: string): boolean {
    return this.#expected.has(key) && this.#hears;
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    this.#watchers.clear();
    await this.#client.close();
  }

  /** Whether every message is heard: after a break, keys are looked up for those who watch them by then. */
  get #hears(): boolean {
    return this.#isHearing && this.#client.ready !== undefined;
  }

  #hearNoMore(): void {
    this.#isHearing = false;
    this.#expected.clear();
  }

  #want(channel: string): void {
    if (this.#wanted.has(channel)) return;
    this.#wanted.add(channel);
    const { ready } = this.#client;
    if (ready !== undefined) void this.#listen(channel);
    // It goes on trying by itself, and listens when it is ready.
    else this.#client.open().catch(() => {});
  }

  async #listen(channel: string): Promise<void> {
    try {
      await this.#client.call((ioredis) => ioredis.subscribe(channel));
      if (channel === this.#channels.news) return await this.#tellAll();
      this.#isHearing = true;
      await this.#tellPresent();
    } catch {
      // The connection is lost again, and this begins anew with the next.
    }
  }

  async #tellAll(): Promise<void> {
    // If that cannot be known, it may have gained.
    const unknown = { queue: true, schedule: true, leases: [] };
    const { queue, schedule, leases } = await this.#catchUp.gains().catch(() => unknown);
    if (queue) this.#tell('queue');
    if (schedule) this.#tell('schedule');
    for (const lease of leases) this.#tell('lease', lease);
  }

  async #tellPresent(): Promise<void> {
    if (this.#watchers.isEmpty) return;
    for (const key of await this.#catchUp.present(this.#watchers.keys())) this.#watchers.ring(key);
  }

  #hear(channel: string, message: string): void {
    if (channel === this.#channels.stored) this.#hearStored(message);
    if (channel !== this.#channels.news) return;
    for (const news of message.split('\0')) {
      if (news === 'q') this.#tell('queue');
      else if (news === 's') this.#tell('schedule');
      else this.#tell('lease', nameOf(news.slice(1)));
    }
  }

  #hearStored(message: string): void {
    if (!this.#watchers.isEmpty || this.#expected.size > 0)
      for (const field of message.split('\0')) {
        const key = nameOf(field);
        this.#expected.delete(key);
        this.#watchers.ring(key);
      }
    if (!this.#watchers.isEmpty) return;
    this.#unwanted += 1;
    if (this.#unwanted < UNWANTED_MESSAGES) return;
    this.#wanted.delete(this.#channels.stored);
    this.#hearNoMore();
    void this.#client.ready?.unsubscribe(this.#channels.stored).catch(() => {});
  }

  #tell(gained: 'queue' | 'schedule' | 'lease', lease?: string): void {
    for (const listener of this.#listeners) {
      if (lease === undefined) listener(gained);
      else listener(gained, lease);
    }
  }
}
