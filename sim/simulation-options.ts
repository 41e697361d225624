// What a simulation is told: checked once, with its defaults.
import { boolean, checkOptionNames, expected, integer, nonEmptyString } from '../src/check.js';
import type { ConsumerOptions } from '../src/consumer/consumer.js';
import { DEFAULT_LEASE_TTL } from '../src/consumer/lease-keeper.js';
import type { Storage } from '../src/storage/storage.js';
import { type Duration, durationMs, type Instant, instantMs } from '../src/time.js';
import type { Chooser } from './choosers/chooser.js';
import { chooserOf, type Strategy } from './choosers/strategy.js';
import type { NetworkOptions } from './world/faults.js';
import type { RunListener } from './run-event.js';
import type { Plain } from './trace/trace-header.js';

/** One simulated consumer. */
export interface SimulatedConsumer extends ConsumerOptions {
  /** Default `consumer-1` and so on. */
  readonly name?: string;
  /** How far its clock is ahead of true time; negative: behind. Default 0. */
  readonly ahead?: Duration;
  /** How much faster its clock runs: 0.01 gains a second in a hundred. Default 0. */
  readonly drift?: number;
}

/** What `Simulation.start` takes beside the Huey. */
export interface SimulationOptions {
  /** The instant at which the simulation starts. Default 2026-01-01T00:00:00Z. */
  readonly start?: Instant;
  /** Decides every interleaving and every random number. Default 1. */
  readonly seed?: number;
  /** How many consumers work, or what each of them is like. Default 1; 0 for none. */
  readonly consumers?: number | readonly SimulatedConsumer[];
  /** How many tasks each consumer runs at once. Default 1. */
  readonly workers?: number;
  /** How long a consumer that says nothing is believed to live. Default 30s. */
  readonly leaseTtl?: Duration;
  /** How long virtual time waits for a body that waits for real I/O, in real time. Default 5s. */
  readonly patience?: Duration;
  /** Steps at one instant after which the run counts as a livelock. Default 1,000,000. */
  readonly maxStepsPerInstant?: number;
  /** How it is decided who goes on, or who decides. Default `random`. */
  readonly strategy?: Strategy | Chooser;
  /** The storage that the nodes share, or how to make it; one that is made is closed in the end. Default: an empty one in memory. */
  readonly storage?: Storage | (() => Storage);
  /** How the way to the storage is. Default: calls take no time and no turn, and nothing goes wrong. */
  readonly network?: NetworkOptions;
  /** Whether to write the run down, for `sim.trace`; `hash`: only its fingerprint. Default false. */
  readonly trace?: boolean | 'hash';
  /** Whether code of the simulation that asks for real time, timers or chance fails. Default false. */
  readonly strict?: boolean;
  /** Told of everything that happens. */
  readonly observe?: RunListener;
  /** What else the header of the trace says of the run: plain data. Default nothing. */
  readonly about?: { readonly [name: string]: Plain };
}

export interface ResolvedSimulationOptions {
  readonly startMs: number;
  readonly seed: number;
  readonly consumers: readonly ResolvedConsumer[];
  readonly patienceMs: number;
  readonly maxStepsPerInstant: number;
  readonly chooser: Chooser;
  readonly storage: Storage | (() => Storage) | undefined;
  readonly network: NetworkOptions | undefined;
  readonly trace: boolean | 'hash';
  readonly strict: boolean;
  readonly observe: RunListener | undefined;
  readonly about: { readonly [name: string]: Plain };
}

export interface ResolvedConsumer {
  readonly name: string;
  readonly aheadMs: number;
  readonly drift: number;
  readonly options: ConsumerOptions;
}

const KNOWN = [
  'start',
  'seed',
  'consumers',
  'workers',
  'leaseTtl',
  'patience',
  'maxStepsPerInstant',
  'strategy',
  'storage',
  'network',
  'trace',
  'strict',
  'observe',
  'about',
];
const DEFAULT_START = Date.UTC(2026, 0, 1);

/** Checks the options. @throws ConfigurationError naming the one that makes no sense. */
export function resolveSimulationOptions(options: SimulationOptions): ResolvedSimulationOptions {
  checkOptionNames(options, KNOWN, 'Simulation');
  const { start, seed = 1, patience = '5s', strategy = 'random', trace = false } = options;
  const consumers = consumersOf(options);
  if (!Number.isSafeInteger(seed)) throw expected('seed', 'a safe integer', seed);
  if (trace !== true && trace !== false && trace !== 'hash')
    throw expected('trace', 'true, false or `hash`', trace);
  return {
    startMs: start === undefined ? DEFAULT_START : instantMs('start', start),
    seed,
    consumers,
    patienceMs: durationMs('patience', patience),
    maxStepsPerInstant: integer('maxStepsPerInstant', options.maxStepsPerInstant, 1_000_000, 1),
    chooser: isChooser(strategy) ? strategy : chooserOf(strategy, seed),
    storage: options.storage,
    network: options.network,
    trace,
    strict: boolean('strict', options.strict, false),
    observe: options.observe,
    about: options.about ?? {},
  };
}

function consumersOf({ consumers = 1, workers, leaseTtl }: SimulationOptions): ResolvedConsumer[] {
  const common: ConsumerOptions = {
    workers: integer('workers', workers, 1, 1),
    leaseTtl: leaseTtl ?? DEFAULT_LEASE_TTL,
  };
  const list = Array.isArray(consumers)
    ? (consumers as readonly SimulatedConsumer[])
    : Array.from({ length: integer('consumers', consumers as number, 1, 0) }, () => ({}));
  const resolved = list.map((one, index) => consumerOf(one, index, common));
  const names = resolved.map(({ name }) => name);
  const double = names.find((name, index) => names.indexOf(name) !== index);
  if (double !== undefined) throw expected('consumers', 'names that differ', double);
  return resolved;
}

function consumerOf(
  { name, ahead = 0, drift = 0, ...options }: SimulatedConsumer,
  index: number,
  common: ConsumerOptions,
): ResolvedConsumer {
  if (!(Number.isFinite(drift) && drift > -1)) throw expected('drift', 'a number above -1', drift);
  return {
    name: name === undefined ? `consumer-${index + 1}` : nonEmptyString('name', name),
    aheadMs: durationMs('ahead', ahead, { least: -Infinity }),
    drift,
    options: { ...common, ...options },
  };
}

function isChooser(strategy: Strategy | Chooser): strategy is Chooser {
  return typeof (strategy as Partial<Chooser>).choose === 'function';
}
