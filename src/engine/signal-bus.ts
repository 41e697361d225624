// Who listens to which signal. Handlers of the signal run first, then those of every signal, each in the order of
// connection; one that fails is logged and silences nobody.
import { callable, expected } from '../check.js';
import { type Signal, SIGNALS } from '../model/signals.js';
import type { Task } from '../model/task.js';
import type { Logger } from '../runtime.js';
import { isThenable } from '../thenable.js';

/** Called after what it reports is stored. `error` is present with the signal `error`. */
export type SignalHandler = (signal: Signal, task: Task, error?: unknown) => unknown;

export class SignalBus {
  readonly #bySignal = new Map<Signal, SignalHandler[]>();
  #every: SignalHandler[] = [];

  /** Connects to the named signals, or to every signal if none is named. A handler connected twice runs twice. */
  connect(handler: SignalHandler, signals: readonly Signal[]): void {
    callable('the signal handler', handler);
    for (const signal of signals) checkSignal(signal);
    if (signals.length === 0) this.#every = [...this.#every, handler];
    for (const signal of signals)
      this.#bySignal.set(signal, [...(this.#bySignal.get(signal) ?? []), handler]);
  }

  /** Removes one connection from each named signal, or from all of them if none is named; a stranger is ignored. */
  disconnect(handler: SignalHandler, signals: readonly Signal[]): void {
    for (const signal of signals) checkSignal(signal);
    const chosen = signals.length === 0 ? SIGNALS : signals;
    for (const signal of chosen) {
      const handlers = this.#bySignal.get(signal);
      if (handlers !== undefined) this.#bySignal.set(signal, withoutOne(handlers, handler));
    }
    if (signals.length === 0) this.#every = withoutOne(this.#every, handler);
  }

  /** Whether anybody listens at all. */
  get hearsAny(): boolean {
    return this.#every.length > 0 || this.#bySignal.size > 0;
  }

  /** Whether anybody would hear the signal. */
  hears(signal: Signal): boolean {
    if (!this.hearsAny) return false;
    return this.#every.length > 0 || (this.#bySignal.get(signal)?.length ?? 0) > 0;
  }

  /** Calls the handlers one after the other; answers at once if none of them is asynchronous. */
  emit(signal: Signal, task: Task, error: unknown, logger: Logger): Promise<void> | undefined {
    const named = this.#bySignal.get(signal);
    const handlers = named === undefined ? this.#every : [...named, ...this.#every];
    return callFrom(0, handlers, { signal, task, error, logger });
  }
}

/** What is told, and where a failing handler is reported. */
interface Emission {
  readonly signal: Signal;
  readonly task: Task;
  readonly error: unknown;
  readonly logger: Logger;
}

/** Calls the handlers from one on; at the first that is asynchronous, leaves the rest for when it has ended. */
function callFrom(
  start: number,
  handlers: readonly SignalHandler[],
  emission: Emission,
): Promise<void> | undefined {
  for (let index = start; index < handlers.length; index += 1) {
    const handler = handlers[index]!;
    try {
      const answer = handler(emission.signal, emission.task, emission.error);
      if (isThenable(answer)) return waitFor(answer, index, handlers, emission);
    } catch (failure) {
      report(handler, failure, emission);
    }
  }
  return undefined;
}

async function waitFor(
  answer: PromiseLike<unknown>,
  index: number,
  handlers: readonly SignalHandler[],
  emission: Emission,
): Promise<void> {
  try {
    await answer;
  } catch (failure) {
    report(handlers[index]!, failure, emission);
  }
  await callFrom(index + 1, handlers, emission);
}

function report(handler: SignalHandler, error: unknown, { signal, task, logger }: Emission): void {
  logger.error('signal handler failed', {
    signal,
    task: task.name,
    id: task.id,
    handler: handler.name,
    error,
  });
}

function withoutOne(handlers: readonly SignalHandler[], handler: SignalHandler): SignalHandler[] {
  const index = handlers.indexOf(handler);
  return handlers.filter((_, at) => at !== index);
}

function checkSignal(signal: unknown): void {
  if (!(SIGNALS as readonly unknown[]).includes(signal))
    throw expected('signal', `one of ${SIGNALS.join(', ')}`, signal);
}
