// Arbitrary values that the serializer promises to carry: every kind, nested in every container.
import fc from 'fast-check';
import { args, kwargs } from '../../src/model/pass-on.js';

/** Keys that mean something to the format, to JSON or to JavaScript, and any others. */
const key = fc.oneof(
  fc.constantFrom('$', 'v', 'toJSON', 'then', 'length', '', 'a.b', '\u2028', '\t'),
  fc.string().filter((name) => name !== '__proto__' && name !== 'constructor'),
);

const leaf = fc.oneof(
  fc.constantFrom(
    null,
    undefined,
    true,
    false,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -0,
  ),
  fc.integer(),
  fc.double(),
  fc.bigInt(),
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('$', '{"$":"Date"}', '__proto__', '\ud800', '\\u0024'),
  fc.date(),
  fc.uint8Array({ maxLength: 40 }),
  fc.constantFrom(/a+/gi, /[/\n]/, /(?:)/u, /\//y, new RegExp('\u2028/', 's')),
  fc.webUrl({ withQueryParameters: true, withFragments: true }).map((href) => new URL(href)),
);

/** Any value that can travel and is deep-equal to what arrives. */
export const richValue: fc.Arbitrary<unknown> = fc.letrec((tie) => {
  const inner = tie('value');
  const items = fc.array(inner, { maxLength: 4 });
  const members = fc.dictionary(key, inner, { maxKeys: 4, noNullPrototype: true });
  return {
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      items,
      members,
      fc.array(fc.tuple(inner, inner), { maxLength: 3 }).map((entries) => new Map(entries)),
      items.map((values) => new Set(values)),
      items.map((values) => args(...values)),
      members.map((values) => kwargs(values)),
      fc
        .tuple(fc.string(), inner, members)
        .map(([message, cause, fields]) => errorWith(message, cause, fields)),
    ),
  };
}).value;

function errorWith(message: string, cause: unknown, fields: Readonly<Record<string, unknown>>): Error {
  const error = new TypeError(message, { cause });
  error.stack = `TypeError: ${message}\n    at task (app.js:1:1)`;
  for (const [name, value] of Object.entries(fields)) {
    // These are no fields of the class, and travel as what they are.
    if (name !== 'message' && name !== 'stack' && name !== 'name') Object.assign(error, { [name]: value });
  }
  return error;
}
