// The tasks that this process knows, by the name that travels in messages.
import { ConfigurationError, UnknownTaskError } from '../errors.js';
import type { Schedule } from '../model/schedule.js';
import type { ResolvedTaskOptions } from '../model/task-options.js';

/** What runs: gets the context first if the declaration asks for it, then the arguments, then the named ones. */
export type TaskBody = (...args: never[]) => unknown;

/** A declared task. */
export interface Definition {
  readonly name: string;
  readonly body: TaskBody;
  readonly options: ResolvedTaskOptions;
  /** Present for periodic tasks only. */
  readonly schedule?: Schedule;
}

export class Registry {
  readonly #definitions = new Map<string, Definition>();
  readonly #listeners = new Set<() => void>();

  /** @throws ConfigurationError if the name is taken. */
  register(definition: Definition): void {
    const { name } = definition;
    if (this.#definitions.has(name))
      throw new ConfigurationError(
        `a task is registered as "${name}" already; give this one another name, or unregister the other first`,
      );
    this.#definitions.set(name, definition);
    if (definition.schedule !== undefined) for (const listener of this.#listeners) listener();
  }

  /** Calls the listener whenever a periodic task is declared; returns how to stop that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Forgets a task; false if it was not known. */
  unregister(name: string): boolean {
    return this.#definitions.delete(name);
  }

  has(name: string): boolean {
    return this.#definitions.has(name);
  }

  /** @throws UnknownTaskError if there is none of that name. */
  get(name: string): Definition {
    const definition = this.#definitions.get(name);
    if (definition === undefined) throw new UnknownTaskError(name, this.names());
    return definition;
  }

  names(): string[] {
    return [...this.#definitions.keys()];
  }

  /** The periodic tasks, in the order of their declaration. */
  periodic(): (Definition & { readonly schedule: Schedule })[] {
    return [...this.#definitions.values()].filter(
      (definition): definition is Definition & { readonly schedule: Schedule } =>
        definition.schedule !== undefined,
    );
  }
}
