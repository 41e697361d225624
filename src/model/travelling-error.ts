// How an error travels: name, message, stack, cause, the errors of an AggregateError, and its own enumerable fields.
// It always gets through, because it tells why a task failed: a cause or field that cannot travel is left out. It
// arrives as a native Error on the prototype that goes by its name; the constructor of its class is not run.
import { types } from 'node:util';
import { describe } from '../check.js';
import { errorPrototype } from '../errors.js';
import { type RichKind, type RichReader, type RichWriter, isRecord } from './rich-kind.js';

export const travellingError: RichKind<Error> = {
  tag: 'Error',
  // A DOMException, such as an AbortError, is not native.
  owns: (value): value is Error => value instanceof Error || types.isNativeError(value),
  encode(error, writer) {
    const { name, message, stack } = error;
    return {
      name: text(name),
      message: text(message),
      ...(typeof stack === 'string' && { stack }),
      ...hiddenMembers(error, writer),
      ...fieldsOf(error, writer),
    };
  },
  decode(record, reader) {
    if (!isRecord(record)) return reader.malformed('an error as an object', record);
    const { name, message, stack, fields } = record;
    if (typeof name !== 'string') return reader.malformed('the name of the error to be a string', name);
    if (typeof message !== 'string')
      return reader.malformed('the message of the error to be a string', message);
    if (stack !== undefined && typeof stack !== 'string')
      return reader.malformed('its stack to be a string', stack);
    const error = namedError(name, message, stack ?? `${name}: ${message}`);
    restoreFields(error, fields, reader);
    restoreHiddenMembers(error, record, reader);
    return error;
  },
};

function text(value: unknown): string {
  return typeof value === 'string' ? value : describe(value);
}

/** The standard members that are not enumerable; an enumerable `cause` or `errors` is a field of the class. */
function hiddenMembers(error: Error & { readonly errors?: unknown }, writer: RichWriter): object {
  const cause = isHidden(error, 'cause')
    ? writer.attempt(() => writer.inner(error.cause, 'cause'))
    : undefined;
  const errors =
    isHidden(error, 'errors') && Array.isArray(error.errors)
      ? writer.attempt(() => writer.inner(error.errors, 'errors'))
      : undefined;
  return { ...(cause !== undefined && { cause }), ...(errors !== undefined && { errors }) };
}

function isHidden(error: Error, key: string): boolean {
  return Object.getOwnPropertyDescriptor(error, key)?.enumerable === false;
}

/** Neither written nor read as a field. */
function isStandard(key: string): boolean {
  return key === 'name' || key === 'message' || key === 'stack' || key === '__proto__';
}

function fieldsOf(error: Error, writer: RichWriter): object {
  const fields: Record<string, unknown> = {};
  for (const key of Object.keys(error)) {
    if (isStandard(key)) continue;
    const field = writer.attempt(() => writer.inner(Reflect.get(error, key), key));
    if (field !== undefined) fields[key] = field;
  }
  return Object.keys(fields).length === 0 ? {} : { fields };
}

function namedError(name: string, message: string, stack: string): Error {
  const error = new Error(message);
  Object.setPrototypeOf(error, errorPrototype(name));
  // Defining it would first have the stack of this call formatted.
  error.stack = stack;
  // Classes that name themselves do so with a field, which is enumerable.
  if (error.name !== name) define(error, 'name', name, true);
  return error;
}

function restoreFields(error: Error, fields: unknown, reader: RichReader): void {
  if (fields === undefined) return;
  if (!isRecord(fields)) return reader.malformed('the fields of the error to be an object', fields);
  for (const [key, field] of Object.entries(reader.members(fields))) {
    if (!isStandard(key)) define(error, key, field, true);
  }
}

function restoreHiddenMembers(
  error: Error,
  record: Readonly<Record<string, unknown>>,
  reader: RichReader,
): void {
  const { cause, errors } = record;
  if (Object.hasOwn(record, 'cause')) define(error, 'cause', reader.inner(cause, 'cause'), false);
  if (errors === undefined) return;
  const items = reader.inner(errors, 'errors');
  define(
    error,
    'errors',
    Array.isArray(items) ? items : reader.malformed('its errors to be an array', items),
    false,
  );
}

/** Unlike an assignment, runs no setter. */
function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
}
