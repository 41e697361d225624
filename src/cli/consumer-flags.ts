// The flags of the consumer, by huey_consumer's letters and with its defaults, and what they come to.
import type { ConsumerOptions } from '../consumer/consumer.js';
import type { App } from './app.js';
import {
  type Command,
  durationOption,
  integerOption,
  InvalidArgumentError,
  numberOption,
  Option,
} from './command-line.js';
import { jsonFormat, type Level, type LogFormat, plainFormat, simpleFormat } from './log-record.js';

/** What the flags say, as commander hands them over; durations are in milliseconds. */
export interface ConsumerFlags {
  readonly workers: number;
  readonly workerType: WorkerType;
  readonly maxTasks?: number;
  readonly delay?: number;
  readonly maxDelay?: number;
  readonly backoff?: number;
  readonly healthCheckInterval?: number;
  readonly disableHealthCheck?: true;
  readonly schedulerInterval: number;
  readonly periodic: boolean;
  readonly flushLocks?: true;
  readonly extraLocks?: readonly string[];
  readonly logfile?: string;
  readonly verbose?: true;
  readonly quiet?: true;
  readonly simple?: true;
  readonly json?: true;
  readonly stopTimeout?: number;
  readonly termTimeout: number;
  readonly health?: number;
  readonly healthHost: string;
  readonly dev?: true;
}

const WORKER_TYPES = ['async', 'thread', 'process'] as const;

/** Where tasks run. */
export type WorkerType = (typeof WORKER_TYPES)[number];

/** Declares the flags. */
export function takeConsumerFlags(command: Command): Command {
  const flags = [...workerFlags(), ...schedulerFlags(), ...logFlags(), ...processFlags()];
  for (const flag of flags) command.addOption(flag);
  return command;
}

function workerFlags(): Option[] {
  const seconds = (flags: string, text: string): Option => flag(flags, text, durationOption);
  return [
    flag('-w, --workers <count>', 'how many tasks run at once', integerOption(1)).default(1),
    flag('-k, --worker-type <type>', 'where tasks run: async, thread or process', typeOption).default(
      'async',
      'async',
    ),
    flag(
      '-M, --max-tasks <count>',
      'replace a worker after so many tasks (default: never)',
      integerOption(1),
    ),
    seconds('-d, --delay <seconds>', 'first pause when a storage that is polled has nothing (default: 0.1)'),
    seconds('-m, --max-delay <seconds>', 'longest pause (default: 10)'),
    flag('-b, --backoff <factor>', 'what the pause is multiplied by (default: 1.15)', numberOption(1)),
    seconds(
      '-c, --health-check-interval <seconds>',
      'time between two looks after the workers (default: 10)',
    ),
    new Option('-C, --disable-health-check', 'do not replace workers that have died'),
    new Option('-f, --flush-locks', 'free the locks that tasks declare, before starting'),
    flag('-L, --extra-locks <names>', 'free these too, separated by commas', (text) => text.split(',')),
  ].map((option) => option.helpGroup('Workers:'));
}

function schedulerFlags(): Option[] {
  return [
    flag(
      '-s, --scheduler-interval <seconds>',
      'time between two looks at the schedule',
      durationOption,
    ).default(1000, '1'),
    new Option('-n, --no-periodic', 'do not enqueue periodic tasks'),
  ].map((option) => option.helpGroup('Scheduler:'));
}

function logFlags(): Option[] {
  return [
    new Option('-l, --logfile <file>', 'append the log to a file (default: standard error)'),
    new Option('-v, --verbose', 'log everything').conflicts('quiet'),
    new Option('-q, --quiet', 'log warnings and errors only'),
    new Option('-S, --simple', 'short lines: the time of day and the message').conflicts('json'),
    new Option('--json', 'a JSON document a line'),
  ].map((option) => option.helpGroup('Logging:'));
}

function processFlags(): Option[] {
  return [
    flag(
      '--stop-timeout <duration>',
      'how long SIGINT and SIGHUP let tasks finish (default: as long as it takes)',
      durationOption,
    ),
    flag('--term-timeout <duration>', 'how long SIGTERM lets tasks finish', durationOption).default(0, '0'),
    flag('--health <port>', 'answer GET /live and GET /ready there; 0 for any free port', portOption),
    new Option('--health-host <host>', 'the address to answer at').default('127.0.0.1'),
    new Option('--dev', 'restart when a source file changes'),
  ].map((option) => option.helpGroup('Process:'));
}

function flag(flags: string, text: string, parse: (text: string) => unknown): Option {
  return new Option(flags, text).argParser(parse);
}

/** What huey calls greenlets is async here: many at once in one loop. */
function typeOption(text: string): WorkerType {
  const type = text === 'greenlet' ? 'async' : WORKER_TYPES.find((known) => known === text);
  if (type === undefined) throw new InvalidArgumentError(`one of ${WORKER_TYPES.join(', ')}, or greenlet.`);
  return type;
}

function portOption(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('a port from 0 to 65535.');
}

/** The options of the consumer that the flags come to. */
export function consumerOptionsOf(flags: ConsumerFlags, app: App): ConsumerOptions {
  const {
    workers,
    workerType,
    disableHealthCheck,
    healthCheckInterval,
    maxTasks,
    delay,
    maxDelay,
    backoff,
    schedulerInterval,
    periodic,
  } = flags;
  return {
    workers,
    workerType,
    ...(workerType !== 'async' && { app: `${app.file}:${app.export}` }),
    ...(disableHealthCheck && { checkWorkerHealth: false }),
    ...(healthCheckInterval !== undefined && { healthCheckInterval: `${healthCheckInterval}ms` }),
    periodic,
    schedulerInterval: `${schedulerInterval}ms`,
    ...(maxTasks !== undefined && { maxTasks }),
    ...(delay !== undefined && { initialDelay: `${delay}ms` }),
    ...(maxDelay !== undefined && { maxDelay: `${maxDelay}ms` }),
    ...(backoff !== undefined && { backoff }),
  };
}

/** How the log is to be written. */
export function logOptionsOf({ verbose, quiet, simple, json }: ConsumerFlags): {
  format: LogFormat;
  least: Level;
} {
  const format = json ? jsonFormat : simple ? simpleFormat : plainFormat;
  return { format, least: verbose ? 'DEBUG' : quiet ? 'WARNING' : 'INFO' };
}
