// Values both ways: what the files write becomes what tasks handle, and what tasks and calls return becomes what the
// files write. An object that a stage passes on is named arguments; reading it gives the object back.
import { Args, Kwargs } from '../../../src/model/pass-on.js';
import { Result } from '../../../src/engine/result.js';
import { ChordResult, ResultGroup } from '../../../src/engine/result-group.js';
import { isObject, type Json, type JsonObject } from './corpus.js';
import { errorOf, tellError } from './error-values.js';
import { plainNumber } from './plain-number.js';
import type { PlayClock } from './play-clock.js';

/** The value that the files write so. */
export function valueOf(json: Json | undefined, clock: PlayClock): unknown {
  if (Array.isArray(json)) return json.map((item) => valueOf(item as Json, clock));
  if (!isObject(json)) return json ?? null;
  const { $tuple, $error, $time } = json;
  if (Array.isArray($tuple)) return new Args($tuple.map((item) => valueOf(item as Json, clock)));
  if (isObject($error)) return errorOf($error);
  if (typeof $time === 'number') return new Date(clock.instantAt($time));
  return objectOf(json, clock);
}

/** The members of an object, each as a value. */
export function objectOf(json: JsonObject, clock: PlayClock): Record<string, unknown> {
  return Object.fromEntries(Object.entries(json).map(([key, member]) => [key, valueOf(member, clock)]));
}

/** What a body returns: a bare object fills the named arguments of the next stage. */
export function passedOn(value: unknown): unknown {
  return isBareObject(value) ? new Kwargs(value) : value;
}

/** A value, a handle or an error as the files write it. */
export function plain(value: unknown, clock: PlayClock): Json {
  const inner = (item: unknown): Json => plain(item, clock);
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return plainNumber(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(inner);
  if (value instanceof Args) return { $tuple: value.values.map(inner) };
  if (value instanceof Kwargs) return plainMembers(value.values, inner);
  if (value instanceof Result) return { result: value.id };
  if (value instanceof ResultGroup) return { results: [...value].map(inner) };
  if (value instanceof ChordResult) return plainChord(value, inner);
  if (value instanceof Error) return { $error: tellError(value) };
  if (value instanceof Date) return { $time: clock.secondsAt(value.getTime()) };
  return isBareObject(value)
    ? plainMembers(value, inner)
    : { $unexpected: Object.prototype.toString.call(value) };
}

function plainMembers(members: object, inner: (item: unknown) => Json): Json {
  return Object.fromEntries(Object.entries(members).map(([key, member]) => [key, inner(member)]));
}

function plainChord({ members, callback, pipeline }: ChordResult, inner: (item: unknown) => Json): Json {
  return {
    chord: {
      members: [...members].map(inner),
      callback: inner(callback),
      ...(pipeline !== undefined && { pipeline: [...pipeline].map(inner) }),
    },
  };
}

function isBareObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
