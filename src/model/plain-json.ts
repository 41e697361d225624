// Plain JSON: what JSON.stringify and JSON.parse carry faithfully by themselves. Nearly every message is nothing else,
// and these two tests let it past the walks of rich-values.ts. They may answer false for plain JSON, never true for
// anything else. They run for every message twice, hence the scalars in line and the loops by hand.

/** How deep containers may be nested, both in a value that is sent and in a text that is read. */
export const MAX_DEPTH = 500;

/** Deeper values, and so circular ones, are left to the walk, which remembers where it has been. */
const SHORT_CUT_DEPTH = 32;

type Members = Readonly<Record<string, unknown>>;

/** Tells whether JSON.stringify carries the value as it is. */
export function isPlainJson(value: unknown): boolean {
  if (isContainer(value)) return isPlainContainer(value, SHORT_CUT_DEPTH);
  return value === null || typeof value === 'string' || typeof value === 'boolean' || isJsonNumber(value);
}

/** Tells whether it is a number that JSON can spell: not NaN, an infinity or -0. */
export function isJsonNumber(value: unknown): value is number {
  return typeof value === 'number' && value - value === 0 && (value !== 0 || 1 / value > 0);
}

function isContainer(value: unknown): value is Members {
  return typeof value === 'object' && value !== null;
}

function isPlainContainer(container: Members, depth: number): boolean {
  if (depth === 0 || container['toJSON'] !== undefined) return false;
  const prototype: unknown = Object.getPrototypeOf(container);
  if (Array.isArray(container)) return prototype === Array.prototype && hasPlainItems(container, depth - 1);
  return (prototype === Object.prototype || prototype === null) && hasPlainMembers(container, depth - 1);
}

function hasPlainItems(items: readonly unknown[], depth: number): boolean {
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    if (typeof item === 'string' || item === null || typeof item === 'boolean' || isJsonNumber(item))
      continue;
    if (!isContainer(item) || !isPlainContainer(item, depth)) return false;
  }
  return true;
}

function hasPlainMembers(members: Members, depth: number): boolean {
  // Unlike Object.keys, for-in allocates nothing. An inherited key is taken for an own one: the walk will see.
  for (const key in members) {
    if (key === '$' || key === '__proto__') return false;
    const member = members[key];
    if (typeof member === 'string' || member === null || typeof member === 'boolean' || isJsonNumber(member))
      continue;
    if (!isContainer(member) || !isPlainContainer(member, depth)) return false;
  }
  return true;
}

/**
 * Tells whether what JSON.parse makes of the text may be handed out as it is: the text is too short to be nested too
 * deep, and spells neither a key "$" nor a key "__proto__", be it with escapes (all those characters are \u00xx).
 */
export function isPlainJsonText(text: string): boolean {
  return (
    text.length < 2 * MAX_DEPTH &&
    !text.includes('$"') &&
    !text.includes('\\u00') &&
    !text.includes('__proto__')
  );
}
