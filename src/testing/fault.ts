// Faults on purpose: attempts that fail, run into their timeout, or kill their worker, and storages that refuse. Each
// is in force from its call on until it is removed; a fault that is set inside a mode concerns that mode only.
import { checkOptionNames, expected, integer } from '../check.js';
import type { Engine } from '../engine/engine.js';
import { originOf } from '../engine/task-function.js';
import { StorageError } from '../errors.js';
import { engineOf, type Huey } from '../huey.js';
import type { Storage, Turn } from '../storage/storage.js';
import { coverBody } from './body-cover.js';
import { crashHere } from './hand.js';
import { whereabouts } from './whereabouts.js';

/** A fault that is in force; `remove` it, or let `using` do so. */
export interface Fault extends Disposable {
  /** How often it has struck. */
  readonly strikes: number;
  remove(): void;
}

/** Which attempts a fault strikes: the first is 1. Default: every one. */
export interface FaultOptions {
  readonly attempts?: readonly number[];
}

/** What a struck attempt does instead of its body, or after it. */
type Strike = (run: () => unknown, engine: Engine) => unknown;

/** Has attempts of a task fail with an error, before the body runs. The first attempt is 1. */
export function failAttempts(task: object, attempts: readonly number[], error?: unknown): Fault {
  const reason = error ?? new Error('a fault of the test');
  return newFault(task, { attempts }, 'failAttempts', () => {
    throw reason;
  });
}

/** Has attempts of a task run for ever, so that they end by their timeout. The task needs one. */
export function hangAttempts(task: object, options: FaultOptions = {}): Fault {
  return newFault(task, options, 'hangAttempts', async (_run, engine) => {
    const { timeoutMs } = engine.executing.places()[0]!.task;
    if (timeoutMs === undefined)
      throw expected('task', 'one with a timeout', task, "declare it with timeout: '30s'");
    await engine.runtime.clock.sleep(timeoutMs + 1);
    // A worker gave up before.
    return new Promise(() => {});
  });
}

/**
 * Has the worker die when the body has run, before the end is stored: what the body did is done, and the task will be
 * delivered again. Under `drain` and `perform`; in a simulation, crash the consumer instead.
 */
export function crashAttempts(task: object, options: FaultOptions = {}): Fault {
  return newFault(task, options, 'crashAttempts', async (run, engine) => {
    await run();
    if (!crashHere(engine))
      throw expected(
        'crashAttempts',
        'used with drain or perform',
        'a consumer',
        'in a simulation, crash the consumer',
      );
    return new Promise(() => {});
  });
}

/** What `failStorage` takes. */
export interface FailStorageOptions {
  /** How many writes fail. Default 1. */
  readonly times?: number;
  /** How many writes come through before. Default 0. */
  readonly after?: number;
  /** The write is done all the same, only its answer is lost. Default false. */
  readonly lostAnswer?: boolean;
}

/** Has the storage refuse the next writes: turns that settle something, and everything else that changes it. */
export function failStorage(huey: Huey, options: FailStorageOptions = {}): Fault {
  checkOptionNames(options, ['times', 'after', 'lostAnswer'], 'failStorage');
  const times = integer('times', options.times, 1, 0);
  let toCome = integer('after', options.after, 0, 0);
  let strikes = 0;
  const { environment } = engineOf(huey);
  const { storage } = environment;
  environment.storage = failing(storage, options.lostAnswer === true, () => {
    if (strikes >= times) return false;
    if (toCome > 0) {
      toCome -= 1;
      return false;
    }
    strikes += 1;
    return true;
  });
  return faultOf(
    () => strikes,
    () => {
      environment.storage = storage;
    },
  );
}

const WRITES: readonly PropertyKey[] = [
  'putIfEmpty',
  'delete',
  'deleteIf',
  'pop',
  'acquire',
  'release',
  'handOver',
  'resolveDead',
  'rate',
  'flush',
];

function failing(storage: Storage, lostAnswer: boolean, strikes: () => boolean): Storage {
  return new Proxy(storage, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const call = (...args: readonly unknown[]): unknown => Reflect.apply(member, target, args);
      return (...args: readonly unknown[]) => {
        const isWrite = WRITES.includes(name) || (name === 'turn' && (args[0] as Turn).settled.length > 0);
        return isWrite && strikes()
          ? refuse(lostAnswer ? () => call(...args) : undefined, name)
          : call(...args);
      };
    },
  });
}

async function refuse(call: (() => unknown) | undefined, name: PropertyKey): Promise<never> {
  await call?.();
  const what = call === undefined ? 'was refused' : 'was done, but its answer was lost';
  throw new StorageError(`a fault of the test: ${String(name)} ${what}`);
}

function newFault(task: object, options: FaultOptions, where: string, strike: Strike): Fault {
  checkOptionNames(options, ['attempts'], where);
  const { attempts } = options;
  if (attempts !== undefined) for (const attempt of attempts) integer('attempts', attempt, undefined, 1);
  const { engine, definition } = originOf(task);
  const isHere = whereabouts(engine);
  let strikes = 0;
  const uncover = coverBody(definition, (run) => {
    const attempt = (engine.executing.places()[0]?.task.attempt ?? 0) + 1;
    if (!isHere() || attempts?.includes(attempt) === false) return run();
    strikes += 1;
    return strike(run, engine);
  });
  return faultOf(() => strikes, uncover);
}

function faultOf(strikes: () => number, remove: () => unknown): Fault {
  const end = (): void => void remove();
  return {
    get strikes() {
      return strikes();
    },
    remove: end,
    [Symbol.dispose]: end,
  };
}
