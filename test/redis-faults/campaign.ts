// The campaign: producers enqueue units of work while faults strike, one after another, as the consumers progress. In the
// end everything that was accepted must have ended with the right value, and what ran twice must have been delivered
// again, by the storage's own count.
import { isHueyError, type Result } from 'huey-ts';
import { type CampaignApp, campaignApp, lockOf, unitOf } from './campaign-app.js';
import { within } from './campaign-child.js';
import type { Fault } from './faults.js';
import { type Account, accountOf, type Line, readLedger } from './ledger.js';
import { type LockAccount, lockAccountOf } from './overlaps.js';
import { Stage } from './stage.js';

export interface CampaignOptions {
  /** How many tasks are to be accepted, at least. */
  readonly tasks: number;
  readonly faults: readonly Fault[];
  readonly consumers: number;
  /** Told of each step. */
  readonly onStep?: (what: string) => void;
}

/** What a campaign came to. */
export interface Report extends Account, LockAccount {
  /** Tasks whose enqueueing was answered. */
  readonly accepted: number;
  /** Units whose enqueueing may have been applied: nobody knows before they run. */
  readonly unknown: number;
  /** Units that were not accepted, and have changed nothing. */
  readonly refused: number;
  /** Accepted units that did not end, or with another value. */
  readonly lost: readonly string[];
  /** Runs of tasks that nobody accepted. */
  readonly uninvited: readonly string[];
  /** What is still on the server, by kind. */
  readonly left: Readonly<Record<string, number>>;
  readonly struck: readonly string[];
}

const IN_FLIGHT = 20;
/** No more units wait for their ends than this, or than one in a hundred tasks: some wait in the schedule for a second. */
const MOST_WAITING = 100;
const RESULT_PATIENCE = '300s';
const END_PATIENCE_MS = 60_000;

type Fate = 'accepted' | 'unknown' | 'refused';

export class Campaign {
  readonly #options: CampaignOptions;
  readonly #stage: Stage;
  readonly #app: CampaignApp;
  readonly #fates = new Map<number, Fate>();
  readonly #lost: string[] = [];
  readonly #waiting = new Set<Promise<void>>();
  /** Producers that go on when something has ended. */
  readonly #halted: (() => void)[] = [];
  #accepted = 0;
  #nextUnit = 1;
  /** The fault under way, if there is one. */
  #fault: Promise<void> = Promise.resolve();

  /** Plays a whole campaign and reports. @throws if something that must come does not. */
  static async play(options: CampaignOptions): Promise<Report> {
    const stage = await Stage.open(options.consumers);
    const app = campaignApp({ port: stage.proxy.port });
    try {
      return await new Campaign(options, stage, app).#play();
    } finally {
      await app.huey.close();
      await stage.close();
    }
  }

  private constructor(options: CampaignOptions, stage: Stage, app: CampaignApp) {
    this.#options = options;
    this.#stage = stage;
    this.#app = app;
  }

  async #play(): Promise<Report> {
    const struck = this.#strikeAll();
    const producing = Promise.all(Array.from({ length: IN_FLIGHT }, () => this.#produce()));
    await Promise.all([struck, producing]);
    this.#options.onStep?.(`accepted ${this.#accepted} tasks; waiting for their ends`);
    await this.#explained('the ends of all that was accepted', Promise.all(this.#waiting));
    await this.#drained();
    await this.#stage.dismiss();
    const lines = readLedger(this.#stage.folder);
    return {
      accepted: this.#accepted,
      unknown: this.#count('unknown'),
      refused: this.#count('refused'),
      lost: this.#lost,
      uninvited: this.#uninvited(lines),
      ...accountOf(lines),
      ...lockAccountOf(lines, lockOf),
      left: await this.#left(),
      struck: await struck,
    };
  }

  /** The faults, evenly over the work; each is felt by a wave of producers too. */
  async #strikeAll(): Promise<readonly string[]> {
    const { faults, tasks, onStep } = this.#options;
    for (const [index, { name, strike }] of faults.entries()) {
      await this.#stage.reached((tasks * (index + 1)) / (faults.length + 2));
      onStep?.(`after ${this.#stage.runs} runs: ${name}`);
      this.#fault = within(name, strike(this.#stage, this.#app.huey));
      await Promise.all([this.#fault, ...Array.from({ length: IN_FLIGHT }, () => this.#enqueueUnit())]);
    }
    return faults.map(({ name }) => name);
  }

  async #produce(): Promise<void> {
    while (this.#accepted < this.#options.tasks) {
      await this.#enqueueUnit();
      // One producer goes on for each unit that ends.
      if (this.#waiting.size > Math.max(MOST_WAITING, this.#options.tasks / 100))
        await new Promise<void>((resolve) => this.#halted.push(resolve));
    }
  }

  async #enqueueUnit(): Promise<void> {
    const number = this.#nextUnit;
    this.#nextUnit += 1;
    const unit = unitOf(this.#app, number);
    try {
      const result = await unit.enqueue();
      this.#fates.set(number, 'accepted');
      this.#accepted += unit.tasks;
      const following = this.#end(number, result, unit.expected).finally(() => {
        this.#waiting.delete(following);
        this.#halted.shift()?.();
      });
      this.#waiting.add(following);
    } catch (error) {
      if (!isHueyError(error, 'StorageError')) throw error;
      this.#fates.set(number, error.mayHaveApplied ? 'unknown' : 'refused');
      // Nobody hammers at a server that is away.
      await this.#fault;
    }
  }

  /** Waits for the end of a unit that was accepted. */
  async #end(number: number, result: Result<number>, expected: number): Promise<void> {
    for (;;)
      try {
        const value = await result.get({ blocking: true, preserve: true, timeout: RESULT_PATIENCE });
        if (value !== expected) this.#lost.push(`unit ${number}: expected ${expected}, got ${value}`);
        return;
      } catch (error) {
        // Reading can be repeated.
        if (isHueyError(error, 'StorageError')) await this.#fault;
        else return void this.#lost.push(`unit ${number}: ${String(error)}`);
      }
  }

  /** Waits until what nobody waits for has ended too. */
  async #drained(): Promise<void> {
    const { storage } = this.#app.huey;
    const isDrained = async (): Promise<boolean> =>
      (await storage.pendingCount()) + (await storage.scheduledCount()) === 0 &&
      (await storage.held(Date.now())).length === 0;
    const drain = async (): Promise<void> => {
      while (!(await isDrained())) await new Promise((resolve) => setImmediate(resolve));
    };
    await this.#explained('an empty queue', drain());
  }

  /** Waits for something that must come; if it does not, says what is on the server instead. */
  async #explained(what: string, event: Promise<unknown>): Promise<void> {
    const { control } = this.#stage;
    try {
      await within(what, event, undefined, END_PATIENCE_MS);
    } catch (error) {
      const found = ['holding', 'flight', 'leases', 'locks'].map(async (part) => [
        part,
        await control.hgetall(`huey:{campaign}:${part}`),
      ]);
      const waiting = await control.zrange('huey:{campaign}:schedule', 0, 3);
      const server = JSON.stringify([...(await Promise.all(found)), ['schedule', waiting]]);
      throw new Error(`${this.#waiting.size} have not ended; on the server: ${server}`, { cause: error });
    }
  }

  async #left(): Promise<Report['left']> {
    const { storage } = this.#app.huey;
    const now = Date.now();
    return {
      pending: await storage.pendingCount(),
      scheduled: await storage.scheduledCount(),
      held: (await storage.held(now)).length,
      reports: (await storage.reports()).length,
      locks: (await storage.locks(now)).length,
      dead: (await storage.dead()).length,
    };
  }

  #uninvited(lines: readonly Line[]): string[] {
    const isInvited = ({ number }: Line): boolean =>
      ['accepted', 'unknown'].includes(this.#fates.get(Math.floor(number / 10)) ?? '');
    return lines.filter((line) => !isInvited(line)).map(({ number, id }) => `${number} ${id}`);
  }

  #count(fate: Fate): number {
    return [...this.#fates.values()].filter((one) => one === fate).length;
  }
}
