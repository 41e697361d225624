// Arbitraries for fast-check: crontabs, calls, commands, faults, and whole scenarios. Scenarios are plain data made of
// records and arrays, so fast-check shrinks them by itself: towards one consumer, one worker, no fault and a serial run.
import fc from 'fast-check';
import type { CallOptions } from '../../src/model/task-options.js';
import type { Preemption } from '../choosers/preemption.js';
import type { NetworkOptions } from '../world/faults.js';
import type { Command, Scenario } from '../scenario/scenario.js';
import type { Plain } from '../trace/trace-header.js';

/** What `scenarios` takes. */
export interface ScenarioArbitraryOptions {
  /** The actions of the app, each with an arbitrary for its arguments. */
  readonly actions: Readonly<Record<string, fc.Arbitrary<readonly Plain[]>>>;
  /** Default 6. */
  readonly mostCommands?: number;
  /** Default 3. */
  readonly mostConsumers?: number;
  /** Default 2. */
  readonly mostWorkers?: number;
  /** Default 8. */
  readonly mostPreemptions?: number;
  /** Over how much virtual time commands and faults are spread, in milliseconds. Default 10,000. */
  readonly spanMs?: number;
  /** Whether anything may go wrong. Default true. */
  readonly faults?: boolean;
}

/** A crontab of five fields: each `*`, a value, a list, a range, or steps. */
export function crontabs(): fc.Arbitrary<string> {
  const ranges = [
    [0, 59],
    [0, 23],
    [1, 28],
    [1, 12],
    [0, 6],
  ] as const;
  return fc
    .tuple(...ranges.map(([least, most]) => crontabField(least, most)))
    .map((fields) => fields.join(' '));
}

function crontabField(min: number, max: number): fc.Arbitrary<string> {
  const value = fc.integer({ min, max });
  return fc.oneof(
    fc.constant('*'),
    value.map(String),
    fc.uniqueArray(value, { minLength: 2, maxLength: 4 }).map((list) => list.sort((a, b) => a - b).join(',')),
    fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc.integer({ min: 1, max: Math.max(1, Math.floor((max - min) / 2)) }).map((step) => `*/${step}`),
  );
}

/** What a call may say of its task, for `task.with`: retries, delays, priority, expiry, timeout. */
export function calls(): fc.Arbitrary<CallOptions> {
  return fc.record(
    {
      retries: fc.nat({ max: 4 }),
      retryDelay: fc.constantFrom(0, 0.5, 2),
      retryBackoff: fc.constantFrom(1, 1.5, 2),
      priority: fc.integer({ min: -2, max: 2 }),
      delay: fc.nat({ max: 10 }),
      expires: fc.integer({ min: 1, max: 10 }),
      timeout: fc.integer({ min: 1, max: 10 }),
    },
    { requiredKeys: [] },
  );
}

/** Actions of the app, each at some instant. */
export function actions(
  table: ScenarioArbitraryOptions['actions'],
  { mostCommands = 6, spanMs = 10_000 }: Omit<ScenarioArbitraryOptions, 'actions'> = {},
): fc.Arbitrary<Command[]> {
  const one = fc.oneof(
    ...Object.entries(table).map(([name, args]) =>
      fc.record({ at: instants(spanMs), do: fc.constant('action' as const), name: fc.constant(name), args }),
    ),
  );
  return fc.array(one, { minLength: 1, maxLength: mostCommands });
}

/** Things that are done to some of the consumers. */
export function faults(consumers: readonly string[], spanMs = 10_000): fc.Arbitrary<Command[]> {
  const what = ['crash', 'restart', 'pause', 'resume', 'partition', 'heal', 'shutdown'] as const;
  const shared = { at: instants(spanMs), who: fc.constantFrom(...consumers) };
  return fc.array(
    fc.oneof(
      fc.record({ ...shared, do: fc.constantFrom(...what) }),
      fc.record({
        ...shared,
        do: fc.constant('skew' as const),
        ahead: fc.integer({ min: -3000, max: 3000 }).map((ms) => ms / 1000),
      }),
    ),
    { maxLength: 6 },
  );
}

function instants(spanMs: number): fc.Arbitrary<`${number}ms`> {
  return fc.nat({ max: spanMs }).map((ms) => `${ms}ms` as const);
}

/** A way to the storage on which calls take their time, fail, or are answered in vain. */
export function networks(): fc.Arbitrary<NetworkOptions> {
  return fc.record(
    {
      latency: fc.constantFrom('1ms', '20ms', '500ms'),
      refused: fc.constantFrom(0.02, 0.1),
      lost: fc.constantFrom(0.02, 0.1),
      crash: fc.constantFrom(0.005, 0.02),
    },
    { requiredKeys: [] },
  );
}

/** Whole scenarios, to be run with `runScenario(scenario, app)`: it throws what is wrong. */
export function scenarios(options: ScenarioArbitraryOptions): fc.Arbitrary<Scenario> {
  const { mostConsumers = 3, mostWorkers = 2, mostPreemptions = 8, spanMs = 10_000 } = options;
  // What is said of a consumer that is not there does nothing: so every part shrinks by itself.
  const names = Array.from({ length: mostConsumers }, (_, index) => `consumer-${index + 1}`);
  const workers = fc.integer({ min: 1, max: mostWorkers });
  const isCalm = options.faults === false;
  const drawn = fc.record({
    seed: fc.nat(),
    workers: fc.array(workers, { minLength: 1, maxLength: mostConsumers }),
    actions: actions(options.actions, options),
    faults: isCalm ? fc.constant([]) : faults(names, spanMs),
    network: isCalm ? fc.constant(undefined) : fc.option(networks(), { nil: undefined }),
    preemptions: fc.array(preemption(names, mostWorkers), { maxLength: mostPreemptions }),
  });
  return drawn.map(({ seed, workers, actions, faults, network, preemptions }) => ({
    seed,
    preemptions,
    consumers: workers.map((count, index) => ({ name: names[index]!, workers: count })),
    leaseTtl: '10s',
    commands: [...actions, ...faults],
    ...(network !== undefined && { network }),
    ending: 'core',
  }));
}

function preemption(names: readonly string[], mostWorkers: number): fc.Arbitrary<Preemption> {
  const actors = names.flatMap((name) => [
    ...Array.from({ length: mostWorkers }, (_, index) => `${name}/worker-${index + 1}`),
    `${name}/pump`,
    `${name}/scheduler`,
  ]);
  return fc.record({
    actor: fc.constantFrom(...actors),
    at: fc.nat({ max: 6 }),
    pick: fc.nat({ max: 3 }),
  });
}
