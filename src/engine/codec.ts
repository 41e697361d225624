// Tasks become text and text becomes tasks: one line per task of a pipeline, each written by the serializer; a
// completed chord has appended its members' values to the first line, after TABs. Later stages stay text until their turn.
import { describe } from '../check.js';
import { SerializationError } from '../errors.js';
import { fromWire, toWire } from '../model/message.js';
import { jsonSerializer, type Serializer } from '../model/serializer.js';
import type { Rest, Task, TaskChain } from '../model/task.js';
import type { QueueItem } from '../storage/storage.js';
import { EncodedTask, type HeadWriter, tailOf } from './encoded-task.js';

/** A task with the stages that follow it, still encoded. */
export interface Decoded {
  readonly task: Task;
  readonly rest: Rest | undefined;
}

/** Room for everything in a line but the arguments, the id and the name. */
const LINE_OVERHEAD = 512;

/** Turns tasks and values into text and back. */
export class Codec implements HeadWriter {
  readonly #serializer: Serializer;
  readonly #maxBytes: number;
  /** Whether texts are bare JSON, so that a task that never leaves this process need not be written as a whole. */
  readonly #isPlain: boolean;

  /** @param maxBytes Messages and values above this size are refused, both ways. */
  constructor(serializer: Serializer, maxBytes: number) {
    this.#serializer = serializer;
    this.#maxBytes = maxBytes;
    this.#isPlain = serializer === jsonSerializer;
  }

  /** Encodes a task and its stages. @throws SerializationError naming what cannot travel. */
  encode({ head, next }: TaskChain, enqueuedAt: number): EncodedTask {
    const rest =
      next.length === 0 ? undefined : { text: next.map((stage) => this.#line(stage)).join('\n'), offset: 0 };
    return this.encodeHead(head, rest, enqueuedAt);
  }

  /** Encodes a task before stages that are encoded already. */
  encodeHead(task: Task, rest: Rest | undefined, enqueuedAt: number): EncodedTask {
    const tail = rest === undefined ? 0 : rest.text.length - rest.offset;
    if (
      this.#isPlain &&
      task.onError === undefined &&
      task.kwargs === undefined &&
      task.extra === undefined
    ) {
      const text = this.#writePart('args', task.args);
      const length = text.length + task.name.length + task.id.length + LINE_OVERHEAD + tail;
      if (!this.#mayExceed(length)) return new EncodedTask(task, text, rest, enqueuedAt, this);
    }
    const head = this.#line(task);
    if (this.#mayExceed(head.length + tail)) this.#checkSize(head + tailOf(rest), `task ${task.name}`);
    return new EncodedTask(task, head, rest, enqueuedAt);
  }

  /** Reads the first task of a message. @throws SerializationError if it is not one. */
  decode(item: QueueItem): Decoded {
    if (item instanceof EncodedTask) return { task: this.#decodeOwn(item), rest: item.rest };
    const { data } = item;
    if (this.#mayExceed(data.length)) this.#checkSize(data, `message ${item.id}`);
    const end = data.indexOf('\n');
    const head = end === -1 ? data : data.slice(0, end);
    return { task: this.#parse(head), rest: end === -1 ? undefined : { text: data, offset: end + 1 } };
  }

  /** Reads the next stage and what follows it. */
  nextStage(rest: Rest): Decoded {
    const end = rest.text.indexOf('\n', rest.offset);
    const task = this.#parse(rest.text.slice(rest.offset, end === -1 ? undefined : end));
    return { task, rest: end === -1 ? undefined : { text: rest.text, offset: end + 1 } };
  }

  /** Reads a whole message, for inspection. */
  decodeChain(item: QueueItem): TaskChain {
    const { task, rest } = this.decode(item);
    const next: Task[] = [];
    for (let more = rest; more !== undefined;) {
      const stage = this.nextStage(more);
      next.push(stage.task);
      more = stage.rest;
    }
    return { head: task, next };
  }

  /**
   * Encodes a value: a result, or data of the user's own. It is bare JSON by default; for any other serializer it is
   * wrapped, so that none looks like a message: who can write to the storage but not sign must not turn a signed
   * result into a signed task.
   */
  encodeValue(value: unknown): string {
    const text = this.#isPlain ? this.#writePart('value', value) : this.#write({ value });
    if (this.#mayExceed(text.length)) this.#checkSize(text, 'the value');
    return text;
  }

  /** Reads a value. @throws SerializationError if the text is not one. */
  decodeValue(text: string): unknown {
    if (this.#mayExceed(text.length)) this.#checkSize(text, 'the value');
    const wrapped = this.#serializer.deserialize(text);
    if (this.#isPlain) return wrapped;
    if (typeof wrapped === 'object' && wrapped !== null && 'value' in wrapped) return wrapped.value;
    throw new SerializationError(
      'malformed',
      `expected a stored value, got ${describe(wrapped)}; it was not written by huey-ts`,
    );
  }

  #decodeOwn(item: EncodedTask): Task {
    const { argumentsText } = item;
    return argumentsText === undefined ? this.#parse(item.head) : this.#revive(item.source, argumentsText);
  }

  /** @see HeadWriter */
  writeHead(task: Task, argumentsText: string): string {
    return this.#line(this.#revive(task, argumentsText));
  }

  /** The task with fresh arguments: they travelled, whatever became of the caller's objects. */
  #revive(task: Task, argumentsText: string): Task {
    return { ...task, args: this.#serializer.deserialize(argumentsText) as readonly unknown[] };
  }

  #line(task: Task): string {
    return this.#write(toWire(task));
  }

  /** Writes a part of a whole; if it cannot travel, the error names the place in the whole. */
  #writePart(name: string, part: unknown): string {
    try {
      return this.#serializer.serialize(part);
    } catch (error) {
      this.#write({ [name]: part });
      throw error;
    }
  }

  #write(value: unknown): string {
    const text = this.#serializer.serialize(value);
    if (!this.#isPlain && (typeof text !== 'string' || /[\t\n\0]/.test(text)))
      throw new SerializationError(
        'unserializable',
        `expected the serializer to return text without TAB, line break or NUL, got ${describe(text)}; encode it, as base64 for instance`,
      );
    return text;
  }

  /** Parses one line; TABs in it separate the values of a completed chord, which become the last argument. */
  #parse(line: string): Task {
    const tab = line.indexOf('\t');
    if (tab === -1) return fromWire(this.#serializer.deserialize(line));
    const task = fromWire(this.#serializer.deserialize(line.slice(0, tab)));
    const values = line.slice(tab + 1).split('\t');
    return {
      ...task,
      args: [...task.args, values.map((text) => (text === '' ? null : this.decodeValue(text)))],
    };
  }

  /** UTF-8 takes at most three bytes for each UTF-16 unit, so most texts need no counting. */
  #mayExceed(length: number): boolean {
    return length * 3 > this.#maxBytes;
  }

  #checkSize(text: string, what: string): void {
    const bytes = Buffer.byteLength(text);
    if (bytes <= this.#maxBytes) return;
    throw new SerializationError(
      'too-large',
      `expected ${what} to take at most ${this.#maxBytes} bytes, got ${bytes}; pass a reference to the data instead, or raise maxMessageBytes`,
    );
  }
}
