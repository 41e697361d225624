// What is left to do in a simulated world, and whether it can still be done: work that nobody can go on with is a
// deadlock, and reported with who waits for what.
import type { Engine } from '../../src/engine/engine.js';
import { MemoryStorage } from '../../src/storage/memory.js';
import type { Delivery, Storage } from '../../src/storage/storage.js';
import type { Crew } from '../world/crew.js';
import type { Node } from '../world/node.js';
import { SimulationError } from '../simulation-error.js';
import type { World } from '../world/world.js';

export class Unfinished {
  readonly #engine: Engine;
  readonly #world: World;
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #crew: Crew;

  constructor(engine: Engine, world: World, crew: Crew) {
    this.#engine = engine;
    this.#world = world;
    this.#nodes = crew.nodes;
    this.#crew = crew;
  }

  /** Whether anything is queued, scheduled, in flight or running. @throws SimulationError if nobody can go on with it. */
  isAnyLeft(): boolean | Promise<boolean> {
    if (this.#crew.acting > 0) return this.#orStuck();
    for (const node of this.#nodes.values()) if (node.isHolding) return this.#orStuck();
    const { storage } = this.#world;
    // Storages that answer later are asked one thing after the other.
    const pending = storage.pendingCount();
    if (typeof pending !== 'number') return this.#isAnyLeftLater(pending, storage);
    if (pending > 0 || (storage.scheduledCount() as number) > 0) return true;
    const held = storage.held(this.#world.kernel.now()) as readonly Delivery[];
    return held.length > 0 && this.#orStuck();
  }

  async #isAnyLeftLater(pending: PromiseLike<number>, storage: Storage): Promise<boolean> {
    if ((await pending) > 0 || (await storage.scheduledCount()) > 0) return true;
    return (await storage.held(this.#world.kernel.now())).length > 0;
  }

  /** What is left, in an error. */
  async error(within: string): Promise<SimulationError> {
    const { storage } = this.#world;
    const running = this.#world.places().map(({ name, task }) => `${name} (${task})`);
    return new SimulationError(
      `expected everything to end ${within}, got ${await storage.pendingCount()} queued, ` +
        `${await storage.scheduledCount()} scheduled and ${running.length} running (${running.join(', ') || 'none'}); ` +
        'release what the bodies wait for, start a consumer, or give a longer limit',
    );
  }

  /**
   * Stuck: nobody waits for an instant or a turn, nothing is scheduled, no periodic task is due some day, and what is
   * queued, or held by the dead, finds nobody to take it.
   */
  #orStuck(): true {
    const { kernel, storage } = this.#world;
    if (kernel.hasErrands || this.#mayRunPeriodic()) return true;
    // Of a storage that answers later, the limit tells.
    if (!(storage instanceof MemoryStorage)) return true;
    const scheduled = storage.scheduledCount();
    const pending = storage.pendingCount();
    const up = [...this.#nodes.values()].filter(({ process }) => process?.state === 'running');
    const held = storage.held(kernel.now());
    const isOrphaned = held.length > this.#world.running;
    if (up.some(({ isOnItsWay }) => isOnItsWay)) return true;
    // Its pump is still trying to store, or to tell of, an end.
    if (up.some((node) => node.isHolding && node.running === 0)) return true;
    const isIdle = up.some(({ idlePlaces }) => idlePlaces > 0);
    if (up.length > 0 && (scheduled > 0 || isOrphaned || (pending > 0 && isIdle))) return true;
    throw this.#deadlock(pending, scheduled);
  }

  #mayRunPeriodic(): boolean {
    return this.#engine.registry.periodic().length > 0;
  }

  #deadlock(pending: number, scheduled: number): SimulationError {
    const waits = this.#world
      .places()
      .map(
        ({ node, name, task }) => `${name} (${task}) on ${node} waits for something outside of virtual time`,
      );
    for (const node of this.#nodes.values())
      if (node.process?.state !== 'running') waits.push(`${node.name} is ${node.process?.state ?? 'down'}`);
    if (this.#crew.acting > 0) waits.push(`${this.#crew.acting} actions of producers have not ended`);
    if (pending > 0) waits.push(`${pending} queued wait for a worker`);
    if (scheduled > 0) waits.push(`${scheduled} scheduled wait for a scheduler`);
    return new SimulationError(
      `expected everything to end, got a deadlock: nobody waits for time or a turn, and ${waits.join('; ')}; ` +
        'release what the bodies wait for, or start a consumer',
    );
  }
}
