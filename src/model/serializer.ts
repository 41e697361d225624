// How values become the text that storages keep: the port, and the default, JSON with rich values.
// Invariant: deserialize(serialize(value)) deep-equals value, or serialize has refused it by name.
import { describe, expected } from '../check.js';
import { SerializationError } from '../errors.js';
import { isPlainJson, isPlainJsonText } from './plain-json.js';
import { decodeRichValues, encodeRichValues } from './rich-values.js';

/**
 * Turns the values of messages and results into text, and back. Write your own to share a queue with programs in other
 * languages, or to encrypt; wrap one to compress (CompressedSerializer) or sign (SignedSerializer) what it writes.
 * Every program that uses a queue must use the same one.
 *
 * Both methods are synchronous, keep no state between calls, and throw nothing but SerializationError.
 */
export interface Serializer {
  /**
   * Returns the value as text: well-formed Unicode without TAB, LF or NUL, because storages write it as UTF-8 and join
   * texts with those. JSON without indentation satisfies this by itself, and so does base64.
   *
   * Equal values need not give equal texts, but the value must come back deep-equal. One that cannot is refused here,
   * where its sender gets to know, and never altered in silence. The value is not modified.
   *
   * @throws SerializationError 'unserializable' with the `path` of the value that cannot travel; 'too-large'.
   */
  serialize(value: unknown): string;

  /**
   * Returns a fresh value that shares nothing with those of other calls.
   *
   * The text is untrusted: whoever can write to the storage chose it. Make data of it, never code: run no constructor
   * that it names, revive no prototype and no key `__proto__`, and bound what a short text can make of memory and time.
   *
   * @throws SerializationError 'malformed' for a text that `serialize` does not write; 'too-large', 'tampered'.
   */
  deserialize(text: string): unknown;
}

/**
 * Writes JSON that people and other languages can read; the default. Carries all of JSON, and, as tagged objects, what
 * JSON alone would lose: see rich-values.ts for the list and the format. Plain JSON costs about a sixth more
 * than JSON.stringify and JSON.parse alone. No `toJSON` is called.
 */
export class JsonSerializer implements Serializer {
  serialize(value: unknown): string {
    try {
      return JSON.stringify(isPlainJson(value) ? value : encodeRichValues(value));
    } catch (error) {
      if (error instanceof SerializationError) throw error;
      throw new SerializationError(
        'too-large',
        'the value makes more text than JavaScript can hold; pass a reference to it instead',
        {
          cause: error,
        },
      );
    }
  }

  deserialize(text: string): unknown {
    // Searching the text is faster while it has not been parsed yet.
    const isPlain = isPlainJsonText(text);
    const parsed = parseJson(text);
    return isPlain ? parsed : decodeRichValues(parsed);
  }
}

/** The serializer of every Huey that is given no other. */
export const jsonSerializer: Serializer = new JsonSerializer();

/** The value if it is a serializer; `where` names who needs it. */
export function checkedSerializer(where: string, value: Serializer): Serializer {
  const { serialize, deserialize } = (value ?? {}) as Partial<Serializer>;
  if (typeof serialize === 'function' && typeof deserialize === 'function') return value;
  throw expected(where, 'given a serializer, an object with `serialize` and `deserialize`', value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const start = describe(typeof text === 'string' ? text.slice(0, 20) : text);
    throw new SerializationError(
      'malformed',
      `expected JSON, got a text that starts with ${start}; check that whoever wrote it uses the same serializer as this reader`,
      { cause: error },
    );
  }
}
