// Whether code runs in the same place as other code before it: in the same mode, the same simulated world, or at home.
import type { Engine } from '../engine/engine.js';

/** Remembers where the engine lives now; the function tells whether that is where it lives when it is asked. */
export function whereabouts(engine: Engine): () => boolean {
  const { environment } = engine;
  // Each node of a simulated world sees the storage through an object of its own; elsewhere a storage is what an
  // environment is known by, whatever clock drives it.
  if (environment.world !== undefined) return () => engine.environment.world === environment.world;
  return () => engine.environment.world === undefined && engine.storage === environment.storage;
}
