// Numbers in the notation of the files: the text "inf" is an unlimited one.
import type { Json } from './corpus.js';

/** A number as the files write it: no infinity, no negative zero. */
export function plainNumber(value: number): Json {
  return value === Infinity ? 'inf' : value + 0;
}

/** The number that the files write so. */
export function numberOf(json: Json | undefined): unknown {
  return json === 'inf' ? Infinity : json;
}
