// Rich values inside JSON: what travels besides plain JSON, and how it is spelt.
//
//   {"$":"Date","v":"2026-01-02T03:04:05.678Z"}      null for an invalid date; readers take any offset
//   {"$":"Map","v":[["key",1]]}      {"$":"Set","v":[1,2]}
//   {"$":"BigInt","v":"-12"}         {"$":"Number","v":"NaN"}, "Infinity", "-Infinity", "-0"     {"$":"undefined"}
//   {"$":"Uint8Array","v":"AQID"}    base64; a Buffer arrives as a Uint8Array
//   {"$":"RegExp","v":"/a+/gi"}      without lastIndex       {"$":"URL","v":"https://example.org/"}
//   {"$":"Error","v":{"name":"TypeError","message":"…","stack":"…"}}                    see travelling-error.ts
//   {"$":"Args","v":[1,2]}           {"$":"Kwargs","v":{"a":1}}                         see pass-on.ts
//   {"$":"Object","v":{"$":1}}       a plain object that has a key "$" of its own
//
// The data of an array are its items, those of an object its own enumerable members with a string for a key; the rest
// stays behind, as with JSON.stringify. A getter is read like any member. Two references to one object arrive as two
// objects, and one without a prototype gets the usual one. Everything else is refused by name: functions, symbols, class
// instances, holes, circles, keys `__proto__`, nesting beyond MAX_DEPTH.
import { SerializationError } from '../errors.js';
import { RichDecoder } from './rich-decoder.js';
import { RichEncoder } from './rich-encoder.js';

/**
 * Returns plain JSON that stands for the value. It is a copy: the value is left alone, and no `toJSON` is called.
 * @throws SerializationError 'unserializable' or 'too-large', with the path.
 */
export function encodeRichValues(value: unknown): unknown {
  const encoder = new RichEncoder();
  try {
    return encoder.encode(value);
  } catch (error) {
    if (error instanceof SerializationError) throw error;
    // A getter or a proxy inside the value threw, or the caller has left too little of the stack.
    return encoder.refuse('unserializable', 'reading it fails', 'see the cause', error);
  }
}

/**
 * Returns the value that parsed JSON stands for, made of `parsed` itself. Keys `__proto__` are dropped, and nothing gets
 * a prototype but those of the kinds listed above.
 * @throws SerializationError 'malformed' or 'too-large', with the path.
 */
export function decodeRichValues(parsed: unknown): unknown {
  try {
    return new RichDecoder().decode(parsed);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // The caller has left too little of the stack.
    throw new SerializationError('too-large', 'cannot read the value: it is nested too deep for the stack', {
      cause: error,
    });
  }
}
