// The options that say what workers are: places in this loop, threads, or processes; and who runs a delivery in each.
import { expected } from '../check.js';
import type { Engine } from '../engine/engine.js';
import type { SignalBus } from '../engine/signal-bus.js';
import { ConfigurationError } from '../errors.js';
import { type Duration, durationMs } from '../time.js';
import type { OpenChannel } from './channel.js';
import type { ChildLeases } from './child-lease.js';
import { LocalRunner } from './local-runner.js';
import { openProcess } from './process-channel.js';
import { RemoteRunner } from './remote-runner.js';
import type { Runner } from './runner.js';
import { openThread } from './thread-channel.js';

/** What workers are. `greenlet` is huey's name for `async`. */
export type WorkerType = 'async' | 'greenlet' | 'thread' | 'process';

/** What users may say about it. */
export interface WorkerSettings {
  /**
   * Where tasks run: `async`, side by side in this loop; `thread`, each in a worker thread; `process`, each in a child
   * process. Default `async`.
   */
  readonly workerType?: WorkerType;
  /**
   * What threads and processes load: a file and the Huey that it exports, as './tasks.js:huey', from the working
   * directory. Required for them.
   */
  readonly app?: string;
  /** Whether threads and processes that wait for work are asked now and then whether they live. Default true. */
  readonly checkWorkerHealth?: boolean;
  /** How often. One that has not answered by the next time is replaced. Default 10s. */
  readonly healthCheckInterval?: Duration;
}

export const WORKER_SETTINGS = ['workerType', 'app', 'checkWorkerHealth', 'healthCheckInterval'] as const;

const CHANNELS: Readonly<Record<WorkerType, OpenChannel | undefined>> = {
  async: undefined,
  greenlet: undefined,
  thread: openThread,
  process: openProcess,
};

/** What a worker has to do with the consumer that it works for. */
export interface Employer {
  readonly engine: Engine;
  readonly lease: string;
  readonly leases: ChildLeases;
  /** Who hears of the signals that children send. */
  readonly observers: SignalBus;
  readonly onDied: () => void;
}

/** Says how to make the runner of a place. @throws ConfigurationError for options that make no sense. */
export function hiring(settings: WorkerSettings, employer: Employer): () => Runner {
  const { workerType = 'async', app, checkWorkerHealth = true, healthCheckInterval = '10s' } = settings;
  if (!Object.hasOwn(CHANNELS, workerType))
    throw expected('workerType', `one of ${Object.keys(CHANNELS).join(', ')}`, workerType);
  if (typeof checkWorkerHealth !== 'boolean')
    throw expected('checkWorkerHealth', 'true or false', checkWorkerHealth);
  const intervalMs = durationMs('healthCheckInterval', healthCheckInterval, { least: 1 });
  const open = CHANNELS[workerType];
  const { engine, lease, leases, observers, onDied } = employer;
  if (open === undefined) return () => new LocalRunner(engine, lease);
  refuseUnshared(engine, workerType);
  if (typeof app !== 'string' || app === '')
    throw expected('app', `the file and the export that a ${workerType} loads, as './tasks.js:huey'`, app);
  return () =>
    new RemoteRunner(engine, {
      open,
      app,
      lease,
      ownLease: leases.next(),
      healthCheckMs: checkWorkerHealth ? intervalMs : undefined,
      onDied,
      observers,
    });
}

/** A child has a storage of its own: unless both are the same, it sees nothing of this queue. */
function refuseUnshared(engine: Engine, workerType: WorkerType): void {
  if (engine.storage.capabilities.shared) return;
  throw new ConfigurationError(
    `expected workerType '${workerType}' on a storage that processes share, got one that lives in this process; use SqliteHuey, FileHuey or RedisHuey, or workerType 'async'`,
  );
}
