// What goes wrong between a node and the storage, and how long the ways take. Draws are tied to the seed, the actor and
// how many calls it has made, so that taking something out of a scenario changes nothing for the others.
import { boolean, checkOptionNames, expected, integer } from '../../src/check.js';
import { type Duration, durationMs } from '../../src/time.js';
import type { Chooser } from '../choosers/chooser.js';
import { keyedDraw } from '../kernel/keyed-random.js';

/**
 * What can happen to a call: it is `refused` before it takes effect; its answer is `lost` after it has; the node dies before
 * (`crash-before`) or after (`crash-after`).
 */
export type Mishap = 'refused' | 'lost' | 'crash-before' | 'crash-after';

export const MISHAPS: readonly Mishap[] = ['refused', 'lost', 'crash-before', 'crash-after'];

/** How the way to the storage is: plain data. Whoever says anything of it, be it `{}`, makes each call two park points. */
export interface NetworkOptions {
  /** How long each way takes: always so long, or at least and at most. Default 0. */
  readonly latency?: Duration | { readonly least: Duration; readonly most: Duration };
  /** Which methods are concerned; calls of the others are just made. Default: all. */
  readonly only?: readonly string[];
  /** How likely a call is refused before it takes effect. Default 0. */
  readonly refused?: number;
  /** How likely the answer of a call is lost after it took effect. Default 0. */
  readonly lost?: number;
  /** How likely a node dies around a call; half of them before it takes effect. Default 0. */
  readonly crash?: number;
  /** When a node that died of a call is started again. Default 10s. */
  readonly restartAfter?: Duration;
  /** Mishaps that the chooser may bring about: what `explore` tries out. Default none. */
  readonly offered?: readonly Mishap[];
  /** How many offered mishaps may happen in a run. Default 1. */
  readonly mostOffered?: number;
  /** Whether to let anything of this happen from the start. Default true; `sim.calm()` ends it. */
  readonly enabled?: boolean;
}

/** A call that is to go wrong. */
export interface Failure {
  /** The method of the storage; undefined for any. */
  readonly op: string | undefined;
  /** A node, or an actor; undefined for any. */
  readonly who: string | undefined;
  readonly how: Mishap;
  /** How many calls it spares first. */
  skip: number;
  /** How many it hits. */
  times: number;
}

/** What is in store for one call. */
export interface Fate {
  readonly thereMs: number;
  readonly backMs: number;
  readonly mishap: Mishap | undefined;
}

const KNOWN = [
  'latency',
  'only',
  'refused',
  'lost',
  'crash',
  'restartAfter',
  'offered',
  'mostOffered',
  'enabled',
];
const SMOOTH: Fate = { thereMs: 0, backMs: 0, mishap: undefined };

export class Faults {
  readonly #seed: number;
  readonly #chooser: Chooser;
  readonly #leastMs: number;
  readonly #mostMs: number;
  readonly #rates: readonly [refused: number, lost: number, crash: number];
  readonly #offered: readonly Mishap[];
  readonly #only: ReadonlySet<string> | undefined;
  readonly restartAfterMs: number;
  #offersLeft: number;
  #failures: Failure[] = [];
  readonly #counts = new Map<string, number>();
  #isEnabled: boolean;

  /** @throws ConfigurationError naming the option that makes no sense. */
  constructor(options: NetworkOptions, seed: number, chooser: Chooser) {
    checkOptionNames(options, KNOWN, 'network');
    const { latency = 0, offered = [] } = options;
    const range = typeof latency === 'object' ? latency : { least: latency, most: latency };
    this.#leastMs = durationMs('latency', range.least);
    this.#mostMs = durationMs('latency.most', range.most, { least: this.#leastMs });
    this.#rates = [
      rate('refused', options.refused),
      rate('lost', options.lost),
      rate('crash', options.crash),
    ];
    for (const mishap of offered)
      if (!MISHAPS.includes(mishap)) throw expected('offered', `some of ${MISHAPS.join(', ')}`, mishap);
    this.#offered = offered;
    this.#only = options.only === undefined ? undefined : new Set(options.only);
    this.#offersLeft = integer('mostOffered', options.mostOffered, 1, 0);
    this.restartAfterMs = durationMs('restartAfter', options.restartAfter ?? '10s');
    this.#isEnabled = boolean('enabled', options.enabled, true);
    this.#seed = seed;
    this.#chooser = chooser;
  }

  /** Whether calls of that method go over the network. */
  concerns(op: string): boolean {
    return this.#only === undefined || this.#only.has(op);
  }

  /** Nothing goes wrong any more, but for what is asked for from now on. */
  calm(): void {
    this.#isEnabled = false;
    this.#failures = [];
  }

  /** Has calls go wrong. */
  plan(failure: Failure): void {
    this.#failures.push(failure);
  }

  /** What is in store for the next call of that actor. */
  next(node: string, actor: string, op: string): Fate {
    const planned = this.#failures.length === 0 ? undefined : this.#planned(node, actor, op);
    if (!this.#isEnabled) return planned === undefined ? SMOOTH : { ...SMOOTH, mishap: planned };
    const count = this.#counts.get(actor) ?? 0;
    this.#counts.set(actor, count + 1);
    const draw = (purpose: string): number => keyedDraw(this.#seed, `${actor} ${purpose}`, count);
    const way = (purpose: string): number =>
      this.#mostMs === this.#leastMs
        ? this.#leastMs
        : this.#leastMs + Math.floor(draw(purpose) * (this.#mostMs - this.#leastMs + 1));
    const mishap = planned ?? this.#offer(actor) ?? this.#drawn(draw);
    return { thereMs: way('there'), backMs: way('back'), mishap };
  }

  #planned(node: string, actor: string, op: string): Mishap | undefined {
    for (const failure of this.#failures) {
      const { who } = failure;
      if (failure.op !== undefined && failure.op !== op) continue;
      if (who !== undefined && who !== node && who !== actor) continue;
      if (failure.skip > 0) {
        failure.skip -= 1;
        continue;
      }
      failure.times -= 1;
      if (failure.times === 0) this.#failures = this.#failures.filter((other) => other !== failure);
      return failure.how;
    }
    return undefined;
  }

  #offer(actor: string): Mishap | undefined {
    if (this.#offered.length === 0 || this.#offersLeft === 0) return undefined;
    const choice = this.#chooser.choose('fault', this.#offered.length + 1, () => actor);
    if (choice === 0) return undefined;
    this.#offersLeft -= 1;
    return this.#offered[choice - 1];
  }

  #drawn(draw: (purpose: string) => number): Mishap | undefined {
    const [refused, lost, crash] = this.#rates;
    if (refused > 0 && draw('refused') < refused) return 'refused';
    if (lost > 0 && draw('lost') < lost) return 'lost';
    if (crash > 0 && draw('crash') < crash) return draw('crash when') < 0.5 ? 'crash-before' : 'crash-after';
    return undefined;
  }
}

function rate(what: string, value = 0): number {
  if (value >= 0 && value <= 1) return value;
  throw expected(what, 'a number of at least 0 and at most 1', value);
}
