// The wire format of one task: a plain object with short, readable keys; defaults are left out, unknown keys travel
// on. Messages are data from outside: everything is checked, nothing is trusted.
import { describe } from '../check.js';
import { SerializationError } from '../errors.js';
import type { Expiry, Task, TaskChain } from './task.js';

/** The newest message version that this package writes and reads. */
export const MESSAGE_VERSION = 1;

export type Wire = Record<string, unknown>;

/** The message of a task, ready for a serializer. */
export function toWire(task: Task): Wire {
  const wire: Wire = { v: MESSAGE_VERSION, id: task.id, task: task.name, args: task.args };
  if (task.kwargs !== undefined) wire['kwargs'] = task.kwargs;
  if (task.priority !== undefined) wire['priority'] = task.priority;
  if (task.retries !== 0) wire['retries'] = task.retries;
  if (task.retryDelayMs !== 0) wire['retryDelayMs'] = task.retryDelayMs;
  if (task.retryBackoff !== 1) wire['retryBackoff'] = task.retryBackoff;
  if (task.eta !== undefined) wire['eta'] = task.eta;
  if (task.expires !== undefined) wire['expires'] = task.expires;
  if (task.timeoutMs !== undefined) wire['timeoutMs'] = task.timeoutMs;
  if (task.attempt !== 0) wire['attempt'] = task.attempt;
  if (task.onError !== undefined) wire['onError'] = [task.onError.head, ...task.onError.next].map(toWire);
  if (task.chord !== undefined) wire['chord'] = task.chord;
  return task.extra === undefined ? wire : { ...task.extra, ...wire };
}

const KNOWN: ReadonlySet<string> = new Set(
  'v id task args kwargs priority retries retryDelayMs retryBackoff eta expires timeoutMs attempt onError chord'.split(
    ' ',
  ),
);

/** The task of a message. @throws SerializationError naming the key that is not as it should be. */
export function fromWire(wire: unknown): Task {
  if (!isRecord(wire)) throw malformed('a message', 'an object', wire);
  checkVersion(wire['v']);
  const { id, task, args, kwargs, priority, eta, expires, timeoutMs, onError, chord } = wire;
  if (typeof id !== 'string' || id === '') throw malformed('id', 'a string that is not empty', id);
  if (typeof task !== 'string' || task === '') throw malformed('task', 'a string that is not empty', task);
  if (!Array.isArray(args)) throw malformed('args', 'an array', args);
  if (kwargs !== undefined && !isRecord(kwargs)) throw malformed('kwargs', 'an object', kwargs);
  const read: { -readonly [K in keyof Task]: Task[K] } = {
    id,
    name: task,
    args,
    retries: wire['retries'] === Infinity ? Infinity : countAt(wire, 'retries'),
    retryDelayMs: positiveAt(wire, 'retryDelayMs', 0),
    retryBackoff: positiveAt(wire, 'retryBackoff', 1),
    attempt: countAt(wire, 'attempt'),
  };
  if (kwargs !== undefined) read.kwargs = kwargs;
  if (priority !== undefined) read.priority = finiteAt(wire, 'priority');
  if (eta !== undefined) read.eta = finiteAt(wire, 'eta');
  if (expires !== undefined) read.expires = expiryOf(expires);
  if (timeoutMs !== undefined) read.timeoutMs = positiveAt(wire, 'timeoutMs', 0);
  if (onError !== undefined) read.onError = handlerOf(onError);
  if (chord !== undefined) read.chord = slotOf(chord);
  const extra = extraOf(wire);
  if (extra !== undefined) read.extra = extra;
  return read;
}

function checkVersion(version: unknown): void {
  if (version === MESSAGE_VERSION) return;
  if (typeof version === 'number' && version > MESSAGE_VERSION)
    throw new SerializationError(
      'future-version',
      `expected a message of version ${MESSAGE_VERSION}, got version ${version}; upgrade huey-ts in this consumer before the producers`,
    );
  throw malformed('v', `the version number ${MESSAGE_VERSION}`, version);
}

function countAt(wire: Wire, key: string): number {
  const value = wire[key];
  if (value === undefined) return 0;
  if (!isCount(value)) throw malformed(key, 'a whole number of at least 0', value);
  return value;
}

function positiveAt(wire: Wire, key: string, fallback: number): number {
  const value = wire[key];
  if (value === undefined) return fallback;
  if (!isFinite(value) || value < 0) throw malformed(key, 'a finite number of at least 0', value);
  return value;
}

function finiteAt(wire: Wire, key: string): number {
  const value = wire[key];
  if (!isFinite(value)) throw malformed(key, 'a finite number', value);
  return value;
}

function expiryOf(value: unknown): Expiry {
  if (isRecord(value)) {
    const { at, afterMs } = value;
    if (isFinite(at)) return { at };
    if (isFinite(afterMs)) return { afterMs };
  }
  throw malformed('expires', 'an object with a finite number as `at` or `afterMs`', value);
}

function slotOf(value: unknown): NonNullable<Task['chord']> {
  if (isRecord(value) && typeof value['id'] === 'string' && isCount(value['index']))
    return { id: value['id'], index: value['index'] };
  throw malformed('chord', 'an object with `id` and `index`', value);
}

function isFinite(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function handlerOf(value: unknown): TaskChain {
  if (!Array.isArray(value) || value.length === 0) throw malformed('onError', 'an array of messages', value);
  const [head, ...next] = value.map(fromWire);
  return { head: head!, next };
}

function extraOf(wire: Wire): Wire | undefined {
  let extra: Wire | undefined;
  for (const key in wire) if (!KNOWN.has(key)) (extra ??= {})[key] = wire[key];
  return extra;
}

function isRecord(value: unknown): value is Wire {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(what: string, wanted: string, got: unknown): SerializationError {
  return new SerializationError(
    'malformed',
    `expected \`${what}\` of the message to be ${wanted}, got ${describe(got)}; it was not written by huey-ts, or it was damaged on the way`,
  );
}
