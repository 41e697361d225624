// How enqueued tasks are treated in a test: run at once, or kept for the test to look at. A mode gives the Huey an
// environment of its own, with an empty memory storage, for a block, for a test, or until it is left; the real storage
// is not touched meanwhile.
import { expected } from '../check.js';
import { Environment } from '../engine/environment.js';
import type { Engine } from '../engine/engine.js';
import { engineOf, type Huey } from '../huey.js';
import { MemoryStorage } from '../storage/memory.js';
import type { Awaitable } from '../storage/storage.js';
import { Journal } from './journal.js';
import { runWithin } from './scope.js';
import { TestClock } from './test-clock.js';

/** One Huey, or all those that a test has to do with. */
export type Hueys = Huey | readonly Huey[];

/** 'immediate': tasks run inside the call that enqueues them. 'capture': they are enqueued, and nothing runs them. */
export type TestMode = 'immediate' | 'capture';

/** Runs the function with tasks running at once, on a memory storage of their own. Safe in tests that run concurrently. */
export async function withImmediate<T>(huey: Hueys, body: () => Awaitable<T>): Promise<T> {
  return withMode(huey, 'immediate', body);
}

/**
 * Runs the function with tasks being enqueued, but not run: look at them with `enqueued`, run them with `drain`. On a
 * memory storage of their own. Safe in tests that run concurrently.
 */
export async function withCapture<T>(huey: Hueys, body: () => Awaitable<T>): Promise<T> {
  return withMode(huey, 'capture', body);
}

/** Makes a test function that runs in a mode: `it('…', inMode(huey, 'capture', async () => {…}))`. */
export function inMode<A extends unknown[], T>(
  huey: Hueys,
  mode: TestMode,
  body: (...args: A) => Awaitable<T>,
): (...args: A) => Promise<T> {
  return (...args) => withMode(huey, mode, () => body(...args));
}

/** A mode that was entered; `leave` it, or let `using` do so. */
export interface EnteredMode extends Disposable {
  /** Gives the Huey its own environment back. Leaving twice does nothing more. */
  leave(): void;
}

/**
 * Puts a Huey into a mode for all code of this process, until it is left: for beforeEach and afterEach, where tests
 * run one after the other. Tests that run concurrently need `inMode`, or a block.
 */
export function enterMode(huey: Hueys, mode: TestMode): EnteredMode {
  const steps = enginesOf(huey).flatMap((engine) => {
    const environment = environmentFor(engine, mode);
    const removeRoute = engine.addRoute(() => environment);
    const journal = new Journal(engine);
    return [() => journal.close(), removeRoute];
  });
  const leave = (): void => {
    for (const step of steps.splice(0)) step();
  };
  return { leave, [Symbol.dispose]: leave };
}

/** The engines of Hueys. @throws ConfigurationError for anything else. */
export function enginesOf(huey: Hueys): readonly Engine[] {
  if (!Array.isArray(huey)) return [engineOf(huey)];
  if (huey.length === 0) throw expected('huey', 'a Huey, or a list of at least one', huey);
  return huey.map((one: Huey) => engineOf(one));
}

async function withMode<T>(huey: Hueys, mode: TestMode, body: () => Awaitable<T>): Promise<T> {
  const engines = enginesOf(huey);
  const environments = new Map(engines.map((engine) => [engine, environmentFor(engine, mode)]));
  return runWithin(environments, async () => {
    const journals = engines.map((engine) => new Journal(engine));
    try {
      return await body();
    } finally {
      for (const journal of journals) journal.close();
    }
  });
}

function environmentFor(engine: Engine, mode: TestMode): Environment {
  if (mode !== 'immediate' && mode !== 'capture') throw expected('mode', "'immediate' or 'capture'", mode);
  const { runtime } = engine;
  const clock = new TestClock(runtime.clock);
  return new Environment({ ...runtime, clock }, new MemoryStorage(), mode === 'immediate');
}
