// A scenario: everything a run is made of, as plain data. So it can be generated, shrunk, kept in a file and pasted into a
// message; together with the declarations of the tasks it gives the same run again, byte for byte.
import { checkOptionNames, expected, nonEmptyString } from '../../src/check.js';
import type { RevokeOptions } from '../../src/engine/result.js';
import type { CallOptions } from '../../src/model/task-options.js';
import { type Duration, durationMs } from '../../src/time.js';
import type { Preemption } from '../choosers/preemption.js';
import type { Strategy } from '../choosers/strategy.js';
import type { FailOptions, SkewOptions } from '../world/crew.js';
import type { NetworkOptions } from '../world/faults.js';
import type { SimulatedConsumer } from '../simulation-options.js';

/** When, since the start, and by whom; the producer is a node of its own. Default: at once, by `client`. */
interface Timed {
  readonly at?: Duration;
  readonly by?: string;
}

/** What happens from outside, at its instant. */
export type Command = Timed &
  (
    | {
        readonly do: 'enqueue';
        readonly task: string;
        readonly args?: readonly unknown[];
        readonly options?: CallOptions;
      }
    /** Revokes the task of that id, or every task of that name. */
    | {
        readonly do: 'revoke';
        readonly id?: string;
        readonly task?: string;
        readonly options?: RevokeOptions;
      }
    | { readonly do: 'restore'; readonly id?: string; readonly task?: string }
    /** Takes a lock, if it is free, and gives it back after a while. */
    | { readonly do: 'lock'; readonly name: string; readonly hold: Duration }
    /** Something of the app's own: see `actions`. */
    | { readonly do: 'action'; readonly name: string; readonly args?: readonly unknown[] }
    | { readonly do: 'crash'; readonly who: string }
    | { readonly do: 'restart' | 'pause' | 'resume' | 'partition' | 'heal'; readonly who: string }
    | { readonly do: 'shutdown'; readonly who: string; readonly deadline?: Duration }
    | ({ readonly do: 'skew'; readonly who: string } & SkewOptions)
    | ({ readonly do: 'fail'; readonly op: string } & FailOptions)
    | { readonly do: 'calm' }
  );

/**
 * How a run comes to its end: all faults stop; `everybody` is up again, or only a random `core`, at least one consumer, and
 * the rest is dead; and everything must end. `none`: it just stops.
 */
export type Ending = 'everybody' | 'core' | 'none';

/** Everything a run is made of but the code: plain data. */
export interface Scenario {
  readonly seed?: number;
  /** Epoch milliseconds, or ISO text. Default 2026-01-01T00:00:00Z. */
  readonly start?: number | string;
  /** How it is decided who goes on. Default `random`. */
  readonly strategy?: Strategy;
  /** The run as its differences from a serial one, whatever the strategy was; an empty list is a serial run. */
  readonly preemptions?: readonly Preemption[];
  readonly consumers?: number | readonly SimulatedConsumer[];
  readonly workers?: number;
  readonly leaseTtl?: Duration;
  readonly network?: NetworkOptions;
  /** The name of a storage of the app's. Default `memory`. */
  readonly storage?: string;
  readonly commands: readonly Command[];
  /** How long it lasts at least. Default: to the last command. */
  readonly lasts?: Duration;
  /** Default `everybody`. */
  readonly ending?: Ending;
  /** How much virtual time everything then has to end. Default 1 day. */
  readonly budget?: Duration;
}

const KNOWN = [
  'seed',
  'start',
  'strategy',
  'preemptions',
  'consumers',
  'workers',
  'leaseTtl',
  'network',
  'storage',
  'commands',
  'lasts',
  'ending',
  'budget',
];

/** What is done to nodes and to their way to the storage; everything else is done by producers. */
export const DISTURBANCES: readonly Command['do'][] = [
  'crash',
  'restart',
  'pause',
  'resume',
  'partition',
  'heal',
  'shutdown',
  'skew',
  'fail',
  'calm',
];
const DEEDS: readonly Command['do'][] = ['enqueue', 'revoke', 'restore', 'lock', 'action', ...DISTURBANCES];
const ENDINGS: readonly Ending[] = ['everybody', 'core', 'none'];

/** Checks what running it would not. @throws ConfigurationError naming what makes no sense. */
export function checkScenario(scenario: Scenario): void {
  checkOptionNames(scenario, KNOWN, 'scenario');
  const { commands, ending } = scenario;
  if (!Array.isArray(commands)) throw expected('commands', 'a list', commands);
  for (const [index, command] of (commands as readonly Command[]).entries()) {
    if (!DEEDS.includes(command?.do))
      throw expected(`commands[${index}].do`, `one of ${DEEDS.join(', ')}`, command?.do);
    durationMs(`commands[${index}].at`, command.at ?? 0);
    if (command.by !== undefined) nonEmptyString(`commands[${index}].by`, command.by);
  }
  if (ending !== undefined && !ENDINGS.includes(ending))
    throw expected('ending', `one of ${ENDINGS.join(', ')}`, ending);
}

/** When the last command is given, in milliseconds since the start. */
export function lastCommandMs({ commands }: Scenario): number {
  return Math.max(0, ...commands.map(({ at = 0 }) => durationMs('at', at)));
}
