// Which task was enqueued by which: so that a drain without end can name the chain that it is caught in.
import type { Engine } from '../engine/engine.js';
import type { Task } from '../model/task.js';

/** A task by its id and name. */
interface Named {
  readonly id: string;
  readonly task: string;
}

export class Lineage {
  readonly #parents = new Map<string, Named>();
  readonly #attempts = new Map<string, number>();
  #current: Named | undefined;

  /** Notes what is enqueued from now on; returns how to stop that. */
  follow(engine: Engine): () => void {
    const note = (_signal: string, { id }: Task): void => {
      if (this.#current !== undefined && this.#current.id !== id && !this.#parents.has(id))
        this.#parents.set(id, this.#current);
    };
    engine.signals.connect(note, ['enqueued', 'scheduled']);
    return () => engine.signals.disconnect(note, ['enqueued', 'scheduled']);
  }

  /** Says which task runs now. */
  enter({ id, task }: Named): void {
    this.#current = { id, task };
    this.#attempts.set(id, (this.#attempts.get(id) ?? 0) + 1);
  }

  /** Says in words how it came to this task, shortened to the round that repeats. */
  chainText(last: Named): string {
    const attempts = this.#attempts.get(last.id) ?? 0;
    if (attempts > 1) return `${last.task} (${last.id}) has run ${attempts} times and is tried again`;
    const names: string[] = [];
    for (let one: Named | undefined = last; one !== undefined; one = this.#parents.get(one.id)) {
      const isRound = names.includes(one.task);
      names.unshift(one.task);
      if (isRound) return `${names.join(' enqueues ')}, and so on`;
    }
    return names.length === 1 ? `no task enqueued it` : names.join(' enqueued ');
  }
}
