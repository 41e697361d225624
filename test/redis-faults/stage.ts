// Where a campaign plays: a server with an append-only file, a network in front of it, and consumers in processes of
// their own. It counts the bodies that have begun, so that what happens can be tied to progress and not to time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort, type RedisProcess, startRedis } from '../redis-server.js';
import { CampaignChild, within } from './campaign-child.js';
import { Proxy } from './proxy.js';

interface Waiter {
  readonly runs: number;
  readonly resolve: () => void;
}

export class Stage {
  /** Where ledgers are. */
  readonly folder = mkdtempSync(join(tmpdir(), 'huey-campaign-'));
  readonly #data = mkdtempSync(join(tmpdir(), 'huey-campaign-data-'));
  readonly #children: CampaignChild[] = [];
  readonly #port: number;
  #server!: RedisProcess;
  #proxy!: Proxy;
  #control!: Redis;
  #runs = 0;
  #waiters: Waiter[] = [];

  static async open(consumers: number): Promise<Stage> {
    const stage = new Stage(await freePort());
    await stage.startServer();
    stage.#proxy = await Proxy.start(stage.#port);
    stage.#control = new Redis({ host: '127.0.0.1', port: stage.#port });
    stage.#control.on('error', () => {});
    await Promise.all(Array.from({ length: consumers }, () => stage.hire()));
    return stage;
  }

  private constructor(port: number) {
    this.#port = port;
  }

  /** The port of the server itself, with no network in between. */
  get port(): number {
    return this.#port;
  }

  get proxy(): Proxy {
    return this.#proxy;
  }

  /** A connection that no fault but the server's own end concerns. */
  get control(): Redis {
    return this.#control;
  }

  get server(): RedisProcess {
    return this.#server;
  }

  get runs(): number {
    return this.#runs;
  }

  /** Resolves when so many bodies have begun. */
  async reached(runs: number): Promise<void> {
    const event = new Promise<void>((resolve) => {
      this.#waiters.push({ runs, resolve });
      this.#count(0);
    });
    await within(`${runs} runs`, event, () => `${this.#runs} have begun`, 600_000);
  }

  /** Starts the server on its port, with what it kept. */
  async startServer(): Promise<void> {
    const settings = ['--appendonly', 'yes', '--appendfsync', 'always', '--dir', this.#data];
    this.#server = await startRedis(settings, this.#port);
  }

  async hire(): Promise<void> {
    this.#children.push(
      await CampaignChild.start(this.#proxy.port, this.folder, (count) => this.#count(count)),
    );
  }

  /** Kills the consumer that has lived longest, and starts another. */
  async replaceConsumer(): Promise<void> {
    await this.#children.shift()!.end('SIGKILL');
    await this.hire();
  }

  /** Lets the consumers end what they run. */
  async dismiss(): Promise<void> {
    await Promise.all(this.#children.splice(0).map((child) => child.end('SIGTERM')));
  }

  async close(): Promise<void> {
    await Promise.all(this.#children.splice(0).map((child) => child.end('SIGKILL').catch(() => {})));
    this.#control.disconnect();
    await this.#proxy.close();
    await this.#server.stop('SIGKILL');
    for (const folder of [this.folder, this.#data]) rmSync(folder, { recursive: true, force: true });
  }

  #count(runs: number): void {
    this.#runs += runs;
    const isReached = (waiter: Waiter): boolean => waiter.runs <= this.#runs;
    for (const { resolve } of this.#waiters.filter(isReached)) resolve();
    this.#waiters = this.#waiters.filter((waiter) => !isReached(waiter));
  }
}
