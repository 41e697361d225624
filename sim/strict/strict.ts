// Strict mode: while simulated code has its turn, asking for real time, timers or chance fails and names the caller.
// Everybody else, the test and other simulations included, is given the real thing; so several may run side by side.
import { SimulationError } from '../simulation-error.js';
import { installStandIns } from './stand-ins.js';

/** Those that ask whether their simulated code runs now. */
const askers = new Set<() => boolean>();
const STAND_INS = /[\\/]stand-ins\.[jt]s/;
let restore: (() => void) | undefined;

/** Has ambient calls fail as long as `isStepping` says yes; returns how to end that. The last to end it restores all. */
export function forbidAmbient(isStepping: () => boolean): () => void {
  askers.add(isStepping);
  restore ??= installStandIns(refuse);
  return () => {
    askers.delete(isStepping);
    if (askers.size > 0) return;
    restore?.();
    restore = undefined;
  };
}

function refuse(name: string, instead: string): void {
  for (const isStepping of askers)
    if (isStepping())
      throw new SimulationError(
        `expected simulated code to ask the simulation, got ${name} called at ${callerOf(new Error().stack)}; ${instead}`,
      );
}

/** Who called a stand-in: the first place in the stack after it that is not Node's own. */
function callerOf(stack = ''): string {
  const places = stack.split('\n').filter((line) => line.startsWith('    at '));
  const standIn = places.findLastIndex((line) => STAND_INS.test(line));
  const caller = places.slice(standIn + 1).find((line) => !/\(?node:|at Reflect\.|at new Promise/.test(line));
  return caller?.trim().replace(/^at /, '') ?? 'an unknown place';
}
