// What the signals of a run have told, in order, and by which node.
import type { Engine } from '../src/engine/engine.js';
import type { Signal } from '../src/model/signals.js';
import type { Task } from '../src/model/task.js';
import type { Actor } from './world/actor.js';
import type { StepWatch } from './choosers/chooser.js';
import type { Kernel } from './kernel/kernel.js';
import { type Recorder, TEST } from './world/recorder.js';

/** Something that happened to a task. */
export interface SimulationEvent {
  /** Virtual time, in epoch milliseconds. */
  readonly at: number;
  readonly signal: Signal;
  readonly task: Task;
  /** The node that told of it; `test` for code of the test. */
  readonly node: string;
  /** What the task failed with, for the signal `error`. */
  readonly error?: unknown;
}

export class SignalLog {
  readonly #kernel: Kernel;
  readonly #recorder: Recorder;
  readonly #isHere: () => boolean;
  readonly #events: SimulationEvent[] = [];

  /** @param isHere Whether what is told of now happens in this run: all who share a Huey hear all its signals. */
  constructor(kernel: Kernel, recorder: Recorder, isHere: () => boolean) {
    this.#kernel = kernel;
    this.#recorder = recorder;
    this.#isHere = isHere;
  }

  get events(): readonly SimulationEvent[] {
    return this.#events;
  }

  /** Those of the task of that name; all, if none is named. */
  about(task: string | { readonly taskName: string } | undefined): readonly SimulationEvent[] {
    const name = typeof task === 'object' || typeof task === 'function' ? task.taskName : task;
    return name === undefined ? this.#events : this.#events.filter((event) => event.task.name === name);
  }

  /** Looks, each time it is called, for the next event from now on, or the next with that signal. */
  finder(signal: Signal | undefined): () => SimulationEvent | undefined {
    let looked = this.#events.length;
    let found: SimulationEvent | undefined;
    return () => {
      for (; found === undefined && looked < this.#events.length; looked += 1) {
        const event = this.#events[looked]!;
        if (signal === undefined || event.signal === signal) found = event;
      }
      return found;
    };
  }

  /** Listens to every signal, and has the watch told where somebody else does; returns how to end that. */
  listen({ signals, hooks }: Engine, watch: StepWatch | undefined): () => void {
    const isHeard = signals.hearsAny || hooks.postExecute.size > 0;
    const called = (): void => watch!.called();
    const handlers = watch !== undefined && isHeard ? [this.#take, called] : [this.#take];
    for (const handler of handlers) signals.connect(handler, []);
    return () => {
      for (const handler of handlers) signals.disconnect(handler, []);
    };
  }

  readonly #take = (signal: Signal, task: Task, error?: unknown): void => {
    if (!this.#isHere()) return;
    const actor = this.#kernel.current as Actor | undefined;
    const node = actor?.process.name ?? TEST;
    const at = this.#kernel.now();
    this.#events.push(error === undefined ? { at, signal, task, node } : { at, signal, task, node, error });
    if (this.#recorder.isOn)
      this.#recorder.record(actor, 'signal', signal, {
        task: task.id,
        name: task.name,
        signalled: { task, error },
      });
  };
}
