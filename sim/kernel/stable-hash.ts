// Hashes that are the same on every machine, in every process and every version of Node, for ever: seeds and traces that
// are kept rely on them. All of it is 32-bit integer arithmetic: FNV-1a over UTF-16 code units for text, the steps of
// Austin Appleby's MurmurHash3 to mix integers.

/** A 32-bit hash of a text. */
export function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return finished(hash);
}

/** Takes one more 32-bit integer into a hash. */
export function mixed(hash: number, word: number): number {
  let scrambled = Math.imul(word, 0xcc9e2d51);
  scrambled = (scrambled << 15) | (scrambled >>> 17);
  const sum = hash ^ Math.imul(scrambled, 0x1b873593);
  return (Math.imul((sum << 13) | (sum >>> 19), 5) + 0xe6546b64) | 0;
}

/** Spreads every bit of a hash over all 32. */
export function finished(hash: number): number {
  let spread = hash ^ (hash >>> 16);
  spread = Math.imul(spread, 0x85ebca6b);
  spread ^= spread >>> 13;
  spread = Math.imul(spread, 0xc2b2ae35);
  return spread ^ (spread >>> 16);
}

/** The upper 32 bits of an integer that a Number holds exactly, as `mixed` takes them; the lower are `value | 0`. */
export function upperHalf(value: number): number {
  return Math.floor(value / 2 ** 32) | 0;
}
