// One line of a file of the storage: a JSON object whose first field is the checksum of the rest of the line, begun
// with the checksum of the line before. So a line that was changed, lost or torn off is noticed, and in its place.
import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';

const OPENING = '{"crc":"';
const DIGITS = 8;
/** Where the rest of the line begins, behind `{"crc":"01234567",`. */
const REST = OPENING.length + DIGITS + 2;
const NEWLINE = 10;

/** A line that was read or written, and the checksum that the next one begins with. */
export interface Line<T> {
  readonly value: T;
  readonly chain: number;
}

/** Writes an object that has a field as a line, its end included. `chain` is the checksum of the line before. */
export function writeLine(value: object, chain: number): Line<Buffer> {
  const rest = JSON.stringify(value).slice(1);
  const next = crc32(`${rest}\n`, chain);
  return { value: Buffer.from(`${OPENING}${hex(next)}",${rest}\n`), chain: next };
}

/** Reads a line, its end included; undefined if it is damaged, or does not follow the line of that checksum. */
export function readLine(bytes: Uint8Array, chain: number): Line<unknown> | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const next = crc32(text.subarray(REST), chain);
  if (text.toString('latin1', 0, REST) !== `${OPENING}${hex(next)}",`) return undefined;
  return { value: JSON.parse(`{${text.toString('utf8', REST)}`), chain: next };
}

/** Whether a line, that may be damaged, says something in a field; undefined if it says nothing. */
export function glimpse(bytes: Uint8Array, field: string): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return (value as Record<string, unknown> | null)?.[field];
  } catch {
    return undefined;
  }
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(DIGITS, '0');
}

/** The lines that a file gains from a position on, without the last if its end is missing. */
export function* readLines(
  read: (into: Uint8Array, position: number) => number,
  start: number,
): Generator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array(0);
  let position = start;
  let chunk = Buffer.allocUnsafe(SHORT_READ);
  for (;;) {
    const count = read(chunk, position);
    if (count === 0) return;
    position += count;
    const bytes =
      rest.length === 0 ? chunk.subarray(0, count) : Buffer.concat([rest, chunk.subarray(0, count)]);
    let from = 0;
    for (let end; (end = bytes.indexOf(NEWLINE, from)) >= 0; from = end + 1)
      yield bytes.subarray(from, end + 1);
    rest = bytes.subarray(from);
    // What is left points into the chunk that was read.
    chunk = Buffer.allocUnsafe(LONG_READ);
  }
}

/** As a rule little is new; when a file is opened, much is. */
const SHORT_READ = 16 * 1024;
const LONG_READ = 1024 * 1024;
