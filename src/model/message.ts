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
    retries: numberAt(wire, 'retries', 0),
    retryDelayMs: numberAt(wire, 'retryDelayMs', 0),
    retryBackoff: numberAt(wire, 'retryBackoff', 1),
    attempt: numberAt(wire, 'attempt', 0),
  };
  if (kwargs !== undefined) read.kwargs = kwargs;
  if (priority !== undefined) read.priority = numberAt(wire, 'priority', 0);
  if (eta !== undefined) read.eta = numberAt(wire, 'eta', 0);
  if (expires !== undefined) read.expires = expiryOf(expires);
  if (timeoutMs !== undefined) read.timeoutMs = numberAt(wire, 'timeoutMs', 0);
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

function numberAt(wire: Wire, key: string, fallback: number): number {
  const value = wire[key];
  if (value === undefined) return fallback;
  if (typeof value !== 'number' || Number.isNaN(value)) throw malformed(key, 'a number', value);
  return value;
}

function expiryOf(value: unknown): Expiry {
  if (isRecord(value)) {
    if (typeof value['at'] === 'number') return { at: value['at'] };
    if (typeof value['afterMs'] === 'number') return { afterMs: value['afterMs'] };
  }
  throw malformed('expires', 'an object with `at` or `afterMs`', value);
}

function slotOf(value: unknown): NonNullable<Task['chord']> {
  if (isRecord(value) && typeof value['id'] === 'string' && typeof value['index'] === 'number')
    return { id: value['id'], index: value['index'] };
  throw malformed('chord', 'an object with `id` and `index`', value);
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
