// Sets of the integers 0 to 31, as the bits of one 32-bit integer: what the fields of a schedule are made of.

/** The set of these integers, each between 0 and 31. */
export function bitSet(members: Iterable<number>): number {
  let bits = 0;
  for (const member of members) bits |= 1 << member;
  return bits;
}

/** Tells whether `member`, between 0 and 31, is in the set. */
export function hasBit(bits: number, member: number): boolean {
  return ((bits >>> member) & 1) === 1;
}

/** The smallest member that is at least `from`, itself at least 0; -1 if there is none. */
export function smallestFrom(bits: number, from: number): number {
  const rest = from > 31 ? 0 : bits & (-1 << from);
  return rest === 0 ? -1 : 31 - Math.clz32(rest & -rest);
}

/** The largest member that is at most `to`, itself at most 31; -1 if there is none. */
export function largestTo(bits: number, to: number): number {
  const rest = to < 0 ? 0 : bits & (-1 >>> (31 - to));
  return 31 - Math.clz32(rest);
}
