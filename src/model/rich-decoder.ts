// The way in: makes rich values of parsed JSON, none of which is trusted. See rich-values.ts for the format.
import { describe } from '../check.js';
import { SerializationError, type SerializationFault } from '../errors.js';
import { MAX_DEPTH, isContainer } from './plain-json.js';
import { type RichKind, type RichReader, isRecord } from './rich-kind.js';
import { ESCAPE_TAG, RICH_KINDS } from './rich-kinds.js';
import { type PathStep, ValueTrail } from './value-path.js';

const KIND_OF_TAG: ReadonlyMap<unknown, RichKind<unknown>> = new Map(
  RICH_KINDS.map((kind) => [kind.tag, kind]),
);

/** Decodes one value, in place where it can; for the next, take another. */
export class RichDecoder implements RichReader {
  readonly #trail = new ValueTrail();

  decode(value: unknown): unknown {
    if (!isContainer(value)) return value;
    if (this.#trail.depth >= MAX_DEPTH)
      this.#fail('too-large', `expected at most ${MAX_DEPTH} levels of nesting, got more`);
    if (Array.isArray(value)) return this.items(value);
    return Object.hasOwn(value, '$') ? this.#revived(value) : this.members(value);
  }

  inner(value: unknown, step: PathStep): unknown {
    if (!isContainer(value)) return value;
    this.#trail.enter(step);
    const decoded = this.decode(value);
    this.#trail.leave();
    return decoded;
  }

  items(array: unknown[]): unknown[] {
    for (let index = 0; index < array.length; index += 1) {
      const item = array[index];
      if (isContainer(item)) array[index] = this.inner(item, index);
    }
    return array;
  }

  members(members: Record<string, unknown>): Record<string, unknown> {
    for (const key of Object.keys(members)) {
      const member = members[key];
      if (key === '__proto__') delete members[key];
      else if (isContainer(member)) members[key] = this.inner(member, key);
    }
    return members;
  }

  malformed(wanted: string, got: unknown): never {
    // Describing an object would read members of it that it may have chosen to trip up readers.
    const shape = isRecord(got) ? 'an object' : describe(got);
    this.#fail(
      'malformed',
      `expected ${wanted}, got ${shape}; its writer does not keep to this version's format`,
    );
  }

  #revived(tagged: Record<string, unknown>): unknown {
    const { $: tag, v: payload } = tagged;
    const stray = Object.keys(tagged).find((key) => key !== '$' && key !== 'v' && key !== '__proto__');
    if (stray !== undefined) this.malformed('a tagged value to have no keys but "$" and "v"', stray);
    if (tag === ESCAPE_TAG)
      return isRecord(payload) ? this.members(payload) : this.malformed('an object', payload);
    const kind = KIND_OF_TAG.get(tag);
    if (kind === undefined)
      this.malformed(`"$" to be one of ${[...KIND_OF_TAG.keys(), ESCAPE_TAG].join(', ')}`, tag);
    return kind.decode(payload, this);
  }

  #fail(fault: SerializationFault, what: string): never {
    const { path, depth } = this.#trail;
    throw new SerializationError(fault, `cannot read ${this.#trail.nameAt(depth)}: ${what}`, { path });
  }
}
