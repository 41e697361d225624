// Plain JSON: what JSON.stringify and JSON.parse carry faithfully by themselves. Nearly every message is nothing else,
// and these two tests let it past the walks of rich-values.ts. They may answer false for plain JSON, never true for
// anything else. They run for every message, hence the loops that test scalars in line.

/** How deep containers may be nested, both in a value that is sent and in a text that is read. */
export const MAX_DEPTH = 500;

/** Deeper values, and so circular ones, are left to the walk, which remembers where it has been. */
const SHORT_CUT_DEPTH = 32;

/** Tells whether JSON.stringify carries the value as it is. */
export function isPlainJson(value: unknown): boolean {
  if (!isContainer(value)) return isPlainScalar(value);
  try {
    return isPlainContainer(value, SHORT_CUT_DEPTH);
  } catch {
    // A getter or a proxy in it threw: the walk will say where.
    return false;
  }
}

/** Tells whether it is a value without parts that JSON can spell: not undefined, NaN, an infinity or -0. */
export function isPlainScalar(value: unknown): value is string | number | boolean | null {
  if (typeof value === 'string' || value === null || typeof value === 'boolean') return true;
  return typeof value === 'number' && isJsonNumber(value);
}

function isJsonNumber(value: number): boolean {
  return value - value === 0 && (value !== 0 || 1 / value > 0);
}

/** Tells whether it is a value with parts: an object or an array. */
export function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isPlainContainer(container: Readonly<Record<string, unknown>>, depth: number): boolean {
  if (depth === 0 || container['toJSON'] !== undefined) return false;
  const prototype: unknown = Object.getPrototypeOf(container);
  if (Array.isArray(container)) return prototype === Array.prototype && hasPlainItems(container, depth - 1);
  if (prototype !== Object.prototype && prototype !== null) return false;
  // Unlike Object.keys, for-in allocates nothing. An inherited key is taken for an own one: the walk will see.
  for (const key in container) {
    if (key === '$' || key === '__proto__') return false;
    const member = container[key];
    if (typeof member === 'string' || member === null || typeof member === 'boolean') continue;
    if (typeof member === 'number' ? !isJsonNumber(member) : !isPlainPart(member, depth - 1)) return false;
  }
  return true;
}

function hasPlainItems(items: readonly unknown[], depth: number): boolean {
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    if (typeof item === 'string' || item === null || typeof item === 'boolean') continue;
    if (typeof item === 'number' ? !isJsonNumber(item) : !isPlainPart(item, depth)) return false;
  }
  return true;
}

function isPlainPart(part: unknown, depth: number): boolean {
  return isContainer(part) && isPlainContainer(part, depth);
}

/**
 * Tells, without a look at the value, whether what JSON.parse makes of the text may be handed out as it is: the text is
 * too short to be nested too deep, and spells neither a key "$" nor a key "__proto__", be it with escapes (all those
 * characters are \u00xx).
 */
export function isPlainJsonText(text: string): boolean {
  if (text.length >= 2 * MAX_DEPTH) return false;
  // Without a quotation mark there is no key at all.
  if (!text.includes('"')) return true;
  return !text.includes('$"') && !text.includes('\\u00') && !text.includes('__proto__');
}
