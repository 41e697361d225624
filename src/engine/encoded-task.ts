// A task that was encoded in this process. Its arguments are text from then on, so that no later change of the
// caller's objects reaches the task; the rest of its message is written when a storage wants to keep it.
import type { Rest, Task } from '../model/task.js';
import type { QueueItem } from '../storage/storage.js';

/** Writes the first line of a message from a task and its encoded arguments. */
export interface HeadWriter {
  writeHead(task: Task, argumentsText: string): string;
}

/** An item of the queue that knows the task it was made of. */
export class EncodedTask implements QueueItem {
  readonly source: Task;
  readonly rest: Rest | undefined;
  readonly enqueuedAt: number;
  /** The encoded arguments, if they alone were encoded; undefined if the whole first line was. */
  readonly argumentsText: string | undefined;
  readonly #writer: HeadWriter | undefined;
  #head: string | undefined;

  /** @param text The first line of the message; with a writer, the arguments only. */
  constructor(source: Task, text: string, rest: Rest | undefined, enqueuedAt: number, writer?: HeadWriter) {
    this.source = source;
    this.rest = rest;
    this.enqueuedAt = enqueuedAt;
    this.argumentsText = writer === undefined ? undefined : text;
    this.#writer = writer;
    this.#head = writer === undefined ? text : undefined;
  }

  get id(): string {
    return this.source.id;
  }

  get task(): string {
    return this.source.name;
  }

  get priority(): number {
    return this.source.priority ?? 0;
  }

  /** The first line of the message. */
  get head(): string {
    this.#head ??= this.#writer!.writeHead(this.source, this.argumentsText!);
    return this.#head;
  }

  get data(): string {
    return this.rest === undefined ? this.head : this.head + tailOf(this.rest);
  }
}

/** What follows the first line of a message: a line break before each stage, or nothing. */
export function tailOf(rest: Rest | undefined): string {
  return rest === undefined ? '' : `\n${rest.text.slice(rest.offset)}`;
}
