// How the engine behind a Huey is found. The application and the command line may each have an install of their own of
// this package, so a Huey is known by a mark that all installs share, never by its class.
import { expected } from '../check.js';
import type { Engine } from './engine.js';

/** Under this name a Huey shows its engine. */
export const ENGINE = Symbol.for('huey-ts.engine');

/** The engine behind a Huey: for the consumer, the testing kit, the simulator and the command line. */
export function engineOf(huey: object): Engine {
  if (!isHuey(huey)) throw expected('huey', 'a Huey', huey);
  return huey[ENGINE];
}

/** Tells whether the value is a Huey, of this install of the package or of another. */
export function isHuey(value: unknown): value is { readonly [ENGINE]: Engine } {
  return typeof value === 'object' && value !== null && ENGINE in value;
}
