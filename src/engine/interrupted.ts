// What a consumer says of the tasks that it does not wait for when it stops at once.
import type { Engine } from './engine.js';

/** Sends `interrupted` for every task whose body runs in this process now, the newest first; each is told of once. */
export async function notifyInterrupted(engine: Engine): Promise<void> {
  const { executing, signals, runtime } = engine;
  for (const place of executing.places()) {
    executing.leave(place);
    if (signals.hears('interrupted'))
      await signals.emit('interrupted', place.task, undefined, runtime.logger);
  }
}
