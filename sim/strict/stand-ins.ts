// Stand-ins for what is ambient: each asks a guard first, which may throw, and then does what the real one does. This file
// is a door like src/runtime.ts: it names what it guards, and uses none of it by itself.
import nodeCrypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/** Called with what somebody asks for, and whom to ask instead. */
export type Guard = (name: string, instead: string) => void;

type AnyFunction = (...args: never[]) => unknown;
type Methods = Record<string, AnyFunction>;

const TIME = 'ask `ctx.now`';
const WAIT = 'wait with `ctx.sleep`';
const CHANCE = 'take chance from the arguments of the task';

/** Puts the stand-ins in place; returns how to put the real ones back. */
export function installStandIns(guard: Guard): () => void {
  const restores = [
    guardDate(guard),
    ...['setTimeout', 'setInterval', 'setImmediate'].map((name) =>
      guardMethod(globalThis as unknown as Methods, name, name, WAIT, guard),
    ),
    guardMethod(Math as unknown as Methods, 'random', 'Math.random', CHANCE, guard),
    ...['randomUUID', 'getRandomValues'].map((name) =>
      guardMethod(globalThis.crypto as unknown as Methods, name, `crypto.${name}`, CHANCE, guard),
    ),
    ...['randomUUID', 'randomBytes', 'randomInt'].map((name) =>
      guardMethod(nodeCrypto as unknown as Methods, name, `crypto.${name}`, CHANCE, guard),
    ),
  ];
  // What was imported by name from node:crypto is a copy that has to be told.
  syncBuiltinESMExports();
  return () => {
    for (const restore of restores.reverse()) restore();
    syncBuiltinESMExports();
  };
}

function guardDate(guard: Guard): () => void {
  const real = globalThis.Date;
  const now = (): number => {
    guard('Date.now()', TIME);
    return real.now();
  };
  const standIn = new Proxy(real, {
    construct(target, args, newTarget) {
      if (args.length === 0) guard('new Date()', TIME);
      return Reflect.construct(target, args, newTarget) as object;
    },
    apply(target, self, args) {
      guard('Date()', TIME);
      return Reflect.apply(target, self, args);
    },
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
  });
  globalThis.Date = standIn;
  return () => {
    // Somebody else's stand-in, that of fake timers for instance, stays where it is.
    if (globalThis.Date === standIn) globalThis.Date = real;
  };
}

function guardMethod(owner: Methods, key: string, name: string, instead: string, guard: Guard): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, key);
  const real = owner[key]!;
  const standIn = function (this: unknown, ...args: unknown[]): unknown {
    guard(`${name}()`, instead);
    return Reflect.apply(real, this, args);
  };
  // A timer has a variant for promises, which util.promisify looks for.
  const described = Object.defineProperties(standIn, Object.getOwnPropertyDescriptors(real));
  Object.defineProperty(owner, key, {
    value: described,
    configurable: true,
    writable: true,
    enumerable: before?.enumerable ?? false,
  });
  return () => {
    if (owner[key] !== described) return;
    if (before === undefined) delete owner[key];
    else Object.defineProperty(owner, key, before);
  };
}
