// The way out: makes plain JSON of a value, or refuses it and says where. See rich-values.ts for the format.
import { types } from 'node:util';
import { describe } from '../check.js';
import { SerializationError, type SerializationFault } from '../errors.js';
import { MAX_DEPTH, isPlainScalar } from './plain-json.js';
import { type RichWriter, isOfClass } from './rich-kind.js';
import { ESCAPE_TAG, RICH_KINDS } from './rich-kinds.js';
import { type PathStep, ValueTrail } from './value-path.js';

/** Encodes one value; for the next, take another. */
export class RichEncoder implements RichWriter {
  readonly #trail = new ValueTrail();
  /** The objects around the value at hand, by depth; those from the trail's depth on are left over. */
  readonly #around: object[] = [];

  encode(value: unknown): unknown {
    if (isPlainScalar(value)) return value;
    if (typeof value === 'object') {
      this.#checkNesting(value);
      if (isOrdinaryArray(value)) return this.items(value);
      if (isPlainObject(value)) return escaped(this.members(value));
    }
    const kind = RICH_KINDS.find((candidate) => candidate.owns(value));
    if (kind === undefined) return this.refuse('unserializable', whatItIs(value), advice(value));
    const payload = kind.encode(value, this);
    return payload === undefined ? { $: kind.tag } : { $: kind.tag, v: payload };
  }

  inner(value: unknown, step: PathStep): unknown {
    this.#trail.enter(step);
    const encoded = this.encode(value);
    this.#trail.leave();
    return encoded;
  }

  items(array: readonly unknown[]): unknown[] {
    const encoded: unknown[] = [];
    for (let index = 0; index < array.length; index += 1) {
      const item = array[index];
      if (item === undefined && !(index in array)) {
        this.#trail.enter(index);
        this.refuse('unserializable', 'a hole in a sparse array', 'fill it, with null or undefined');
      }
      encoded.push(this.inner(item, index));
    }
    return encoded;
  }

  members(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const encoded: Record<string, unknown> = {};
    for (const key of Object.keys(object)) {
      if (key === '__proto__') {
        this.#trail.enter(key);
        this.refuse('unserializable', 'readers drop this key, for safety', 'rename it, or pass a Map');
      }
      encoded[key] = this.inner(object[key], key);
    }
    return encoded;
  }

  attempt<R>(write: () => R): R | undefined {
    const { depth } = this.#trail;
    try {
      return write();
    } catch {
      this.#trail.depth = depth;
      return undefined;
    }
  }

  refuse(fault: SerializationFault, what: string, todo: string, cause?: unknown): never {
    const { path, depth } = this.#trail;
    const message = `${this.#trail.nameAt(depth)} cannot travel: ${what}; ${todo}`;
    throw new SerializationError(fault, message, { path, cause });
  }

  #checkNesting(value: object): void {
    const { depth } = this.#trail;
    for (let above = 0; above < depth; above += 1) {
      if (this.#around[above] !== value) continue;
      this.refuse(
        'unserializable',
        `it refers back to ${this.#trail.nameAt(above)}`,
        'break the circle, or pass an id',
      );
    }
    if (depth >= MAX_DEPTH)
      this.refuse('too-large', `it is nested more than ${MAX_DEPTH} levels deep`, 'flatten it');
    this.#around[depth] = value;
  }
}

function escaped(members: Record<string, unknown>): Record<string, unknown> {
  return Object.hasOwn(members, '$') ? { $: ESCAPE_TAG, v: members } : members;
}

function isOrdinaryArray(value: object): value is unknown[] {
  return Array.isArray(value) && isOfClass(value, 'Array');
}

/** An object literal, one without a prototype, or an object literal of another realm. */
function isPlainObject(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return (
    typeof prototype === 'object' &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'isPrototypeOf')
  );
}

function whatItIs(value: unknown): string {
  return Array.isArray(value) ? 'an instance of a subclass of Array' : describe(value);
}

function advice(value: unknown): string {
  if (typeof value === 'function') return 'pass data, and let the task choose the function by a name';
  if (typeof value === 'symbol') return 'pass a string';
  if (types.isPromise(value)) return 'await it first';
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return 'pass its bytes as a Uint8Array';
  return 'pass its data as a plain object, and build the instance in the task';
}
