// The table of commands. A command is one row here and one file, which is loaded when it is called: help and a starting
// consumer must not wait for what they do not use.
import type { Command } from './command-line.js';
import type { Host } from './host.js';

/** What the file of a command exports. */
export interface CommandModule {
  /** Declares its arguments, options and action. */
  configure(command: Command, host: Host): void;
}

/** One command. */
export interface CommandRow {
  readonly name: string;
  readonly summary: string;
  /** The heading under which the help lists it. */
  readonly group: string;
  load(): Promise<CommandModule>;
}

const RUN = 'Run:';
const LOOK = 'Look:';
const STEER = 'Steer:';

/** All commands, in the order of the help. */
export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'consumer',
    summary: 'run the tasks of an app until told to stop',
    group: RUN,
    load: () => import('./commands/consumer.js'),
  },
  {
    name: 'inspect',
    summary: 'everything at a glance: tasks, counts, what runs, locks',
    group: LOOK,
    load: () => import('./commands/inspect.js'),
  },
  {
    name: 'pending',
    summary: 'the tasks in the queue, in the order in which they will run',
    group: LOOK,
    load: () => import('./commands/pending.js'),
  },
  {
    name: 'scheduled',
    summary: 'the tasks that wait for their time',
    group: LOOK,
    load: () => import('./commands/scheduled.js'),
  },
  {
    name: 'result',
    summary: 'what a task returned, or how it failed',
    group: LOOK,
    load: () => import('./commands/result.js'),
  },
  {
    name: 'crontab',
    summary: 'when a schedule fires next',
    group: LOOK,
    load: () => import('./commands/crontab.js'),
  },
  {
    name: 'revoke',
    summary: 'keep tasks from running',
    group: STEER,
    load: () => import('./commands/revoke.js'),
  },
  {
    name: 'restore',
    summary: 'take a revocation back',
    group: STEER,
    load: () => import('./commands/restore.js'),
  },
  {
    name: 'dead',
    summary: 'list, retry or discard the tasks that were given up',
    group: STEER,
    load: () => import('./commands/dead.js'),
  },
  {
    name: 'flush',
    summary: 'empty the queue, or another part of the storage',
    group: STEER,
    load: () => import('./commands/flush.js'),
  },
  {
    name: 'flush-locks',
    summary: 'free locks, whoever holds them',
    group: STEER,
    load: () => import('./commands/flush-locks.js'),
  },
];
