// What it takes to carry one more kind of value inside JSON: a tag, and both directions side by side.
import type { SerializationFault } from '../errors.js';
import { isContainer } from './plain-json.js';
import type { PathStep } from './value-path.js';

/** A kind of value that JSON lacks; it travels as `{"$": tag, "v": payload}`. */
export interface RichKind<T> {
  /** Stands on the wire: never changes once released. */
  readonly tag: string;
  /** Tells whether the value is of this very kind, not of a subclass that would be lost. */
  owns(value: unknown): value is T;
  /** Returns the payload: JSON, with whatever is inside converted by `writer`; undefined for none. */
  encode(value: T, writer: RichWriter): unknown;
  /** Returns the value that an untrusted payload stands for. */
  decode(payload: unknown, reader: RichReader): T;
}

/** What both directions offer a kind: the conversion of what is inside the value at hand. */
export interface RichWalk {
  /** Converts one value; `step` says where it sits. */
  inner(value: unknown, step: PathStep): unknown;
  /** Converts the items of an array. Readers reuse it. */
  items(array: readonly unknown[]): unknown[];
  /** Converts the members of an object, none of whose keys is taken for a tag. Readers reuse it. */
  members(object: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

export interface RichWriter extends RichWalk {
  /** Returns what `write` returns, or undefined if it meets something that cannot travel. */
  attempt<R>(write: () => R): R | undefined;
  /** Throws the SerializationError that says where, what is wrong with the value at hand, and what to do. */
  refuse(fault: SerializationFault, what: string, todo: string): never;
}

export interface RichReader extends RichWalk {
  /** Throws the SerializationError 'malformed' that says where, what was expected, and what was got. */
  malformed(wanted: string, got: unknown): never;
}

/**
 * Tells whether the value's class goes by this name. Unlike instanceof, it leaves subclasses out and lets instances
 * from other realms in, as well as dates made by fake timers.
 */
export function isOfClass(value: unknown, name: string): boolean {
  return (
    isContainer(value) && (value['constructor'] as { readonly name?: unknown } | undefined)?.name === name
  );
}

/** Tells whether it is an object made of members, as JSON.parse would make it. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return isContainer(value) && !Array.isArray(value);
}
