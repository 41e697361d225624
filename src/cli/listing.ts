// Tasks as rows for people and as records for programs.
import { readIfPossible } from '../engine/inspection.js';
import { jsonSerializer } from '../model/serializer.js';
import type { Task } from '../model/task.js';
import type { QueueItem } from '../storage/storage.js';
import type { App } from './app.js';
import type { Output } from './host.js';

/** How many rows a person gets who did not say. */
export const DEFAULT_LIMIT = 50;

/** A task as JSON has it; instants are ISO text. */
export interface TaskRecord {
  readonly id: string;
  readonly task: string;
  readonly priority: number;
  readonly enqueuedAt: string;
  readonly [more: string]: unknown;
}

/** A message as a record; if it cannot be read, the record has what the storage knows, and `unreadable`. */
export function recordOf(app: App, item: QueueItem): TaskRecord {
  const { id, task: name, priority, enqueuedAt } = item;
  const common = { id, task: name, priority, enqueuedAt: new Date(enqueuedAt).toISOString() };
  const task = readIfPossible(app.engine, item);
  if (task === undefined) return { ...common, unreadable: true };
  const { kwargs, retries, attempt } = task;
  const named = kwargs === undefined ? {} : { kwargs: plain(kwargs) };
  return {
    ...common,
    args: plain(task.args),
    ...named,
    retries,
    attempt,
    declared: app.engine.registry.has(name),
  };
}

/** The arguments as a person would write them; says so if they cannot be read. */
export function argumentsOf(app: App, item: QueueItem): string {
  const task = readIfPossible(app.engine, item);
  return task === undefined ? '(unreadable)' : argumentText(task);
}

function argumentText({ args, kwargs = {} }: Task): string {
  const named = Object.entries(kwargs).map(([name, value]) => `${name}=${text(value)}`);
  return [...args.map((value) => text(value)), ...named].join(', ');
}

function text(value: unknown): string {
  return value === undefined ? 'undefined' : JSON.stringify(plain(value));
}

/** Any value that travels as plain JSON: what JSON lacks stays tagged, as in a message. */
export function plain(value: unknown): unknown {
  return JSON.parse(jsonSerializer.serialize(value));
}

/** Writes one JSON document. */
export function writeJson(output: Output, document: unknown): void {
  output.write(`${JSON.stringify(document, undefined, output.isTTY ? 2 : undefined)}\n`);
}

/** Says how many rows were left out. */
export function writeRest(output: Output, shown: number, total: number): void {
  if (total > shown) output.write(`… and ${total - shown} more (--limit ${total} shows all)\n`);
}

/** '1 task', '2 tasks'. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
