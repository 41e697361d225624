// Which environment of a Huey the running code belongs to: that of the test that it runs in, however many tests run
// side by side in this process. What a test leaves running stays in the environment of that test for ever, so that
// nothing of it reaches the real storage afterwards.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Engine } from '../engine/engine.js';
import type { Environment } from '../engine/environment.js';

/** A region of code in which some engines live elsewhere. */
interface Scope {
  readonly outer: Scope | undefined;
  readonly environments: ReadonlyMap<Engine, Dwelling>;
}

/** Where an engine lives: always in one environment, or in the one that is named when asked; undefined: further out. */
export type Dwelling = Environment | (() => Environment | undefined);

const running = new AsyncLocalStorage<Scope>();

/** How to take away the route of each engine that has one. */
const routes = new WeakMap<Engine, () => void>();

/** Runs the function, and everything that it starts, with the engines in these environments. */
export function runWithin<T>(environments: ReadonlyMap<Engine, Dwelling>, body: () => T): T {
  for (const engine of environments.keys()) route(engine);
  return running.run({ outer: running.getStore(), environments }, body);
}

/** The route of the innermost scope is asked before all that were added since, a simulation's for instance. */
function route(engine: Engine): void {
  routes.get(engine)?.();
  routes.set(
    engine,
    engine.addRoute(() => environmentOf(engine)),
  );
}

function environmentOf(engine: Engine): Environment | undefined {
  for (let scope = running.getStore(); scope !== undefined; scope = scope.outer) {
    const dwelling = scope.environments.get(engine);
    const environment = typeof dwelling === 'function' ? dwelling() : dwelling;
    if (environment !== undefined) return environment;
  }
  return undefined;
}
