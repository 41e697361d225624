// The port behind a pump's place: who runs a delivery. In this loop, in a thread, in a process: the pump takes and
// settles, the runner calls `execute` wherever the body lives.
import type { Execution } from '../engine/execute.js';
import type { Awaitable, Delivery, SettlementResult } from '../storage/storage.js';

/** Runs one delivery at a time. States: new -> started -> stopped, or dead at any time. */
export interface Runner {
  /** false once it can run nothing more: it died, or was killed because a body would not end. It is replaced. */
  readonly isAlive: boolean;
  /** Makes ready to run, and runs the startup hooks. @throws if it cannot come up. */
  start(): Promise<void>;
  /**
   * Runs a delivery to its end. Whatever the task does becomes the execution; it rejects only if the runner died of
   * it, or with it.
   */
  run(delivery: Delivery, stop: AbortSignal): Awaitable<Execution>;
  /** Tells, where the body ran, what came of the settlement; answers at once if there is nobody to tell. */
  tell(execution: Execution, result: SettlementResult): Promise<void> | undefined;
  /** Runs the shutdown hooks and lets go. Stopping one that is dead does nothing. */
  stop(): Promise<void>;
}
