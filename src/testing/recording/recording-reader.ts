// Reads a recording back, and trusts none of it: every line is checked. A last line that was cut off, as by a crash, is
// left out.
import { HueyError } from '../../errors.js';
import { SIGNALS } from '../../model/signals.js';
import {
  RECORDING_FORMAT,
  RECORDING_VERSION,
  type RecordingEvent,
  type RecordingHeader,
} from './recording-event.js';

/** A text that is no recording. `line` counts from 1. */
export class RecordingError extends HueyError {
  override name = 'RecordingError';
  readonly line: number;

  constructor(line: number, message: string) {
    super(`line ${line} of the recording: ${message}`);
    this.line = line;
  }
}

/** A recording that was read. */
export interface ReadRecording {
  readonly header: RecordingHeader;
  /** In the order in which they were written. */
  readonly events: readonly RecordingEvent[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads the text that `record` has written. @throws RecordingError naming the line. */
export function readRecording(text: string): ReadRecording {
  const lines = text.split('\n');
  // Each line ends with a line break: what follows the last one is a line that was cut off, or nothing.
  lines.pop();
  const [first, ...rest] = lines;
  if (first === undefined)
    throw new RecordingError(1, 'expected the header of a recording, got an empty text');
  const header = headerOf(parse(first, 1));
  return { header, events: rest.map((line, index) => eventOf(parse(line, index + 2), index + 2)) };
}

function parse(line: string, number: number): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new RecordingError(number, `expected an object in JSON, got ${shortened(line)}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new RecordingError(number, `expected an object in JSON, got ${shortened(line)}`);
}

function headerOf(fields: Fields): RecordingHeader {
  if (fields['format'] !== RECORDING_FORMAT)
    throw new RecordingError(
      1,
      `expected \`format\` to be ${JSON.stringify(RECORDING_FORMAT)}, got ${shortened(JSON.stringify(fields['format']) ?? 'none')}; ` +
        'traces of simulations are replayed by huey-ts/sim',
    );
  if (fields['version'] !== RECORDING_VERSION)
    throw new RecordingError(
      1,
      `expected version ${RECORDING_VERSION}, got ${String(fields['version'])}; read it with the huey-ts that wrote it`,
    );
  check(Number.isFinite(fields['start']), 1, 'start', 'an instant in epoch milliseconds', fields['start']);
  for (const name of ['tasks', 'periodic'])
    check(isTexts(fields[name]), 1, name, 'a list of names', fields[name]);
  return fields as unknown as RecordingHeader;
}

/** What each kind of event must have, beside `kind` and `at`. */
const FIELDS: Readonly<
  Record<RecordingEvent['kind'], Readonly<Record<string, (value: unknown) => boolean>>>
> = {
  enqueued: { work: isWork, by: optional(isAttempt) },
  arrived: { work: isWork, from: (value) => value === 'queue' || value === 'schedule' },
  tick: { id: isText, name: isText, minute: Number.isFinite },
  signal: {
    signal: (value) => (SIGNALS as readonly unknown[]).includes(value),
    id: isText,
    name: isText,
    attempt: Number.isInteger,
    error: optional(isText),
  },
  result: { id: isText },
  revoked: { id: optional(isText), name: optional(isText), once: (value) => typeof value === 'boolean' },
  restored: { id: optional(isText), name: optional(isText) },
  unrecorded: { what: isText },
  gap: { dropped: Number.isInteger },
  end: { reason: isText },
};

function eventOf(fields: Fields, line: number): RecordingEvent {
  const { kind, at } = fields;
  const known = typeof kind === 'string' && Object.hasOwn(FIELDS, kind);
  check(known, line, 'kind', `one of ${Object.keys(FIELDS).join(', ')}`, kind);
  check(Number.isFinite(at), line, 'at', 'an instant in epoch milliseconds', at);
  for (const [name, isRight] of Object.entries(FIELDS[kind as RecordingEvent['kind']]))
    check(isRight(fields[name]), line, name, `what events of the kind ${String(kind)} have`, fields[name]);
  return fields as unknown as RecordingEvent;
}

function check(isRight: boolean, line: number, name: string, wanted: string, got: unknown): void {
  if (!isRight)
    throw new RecordingError(
      line,
      `expected \`${name}\` to be ${wanted}, got ${shortened(JSON.stringify(got) ?? 'nothing')}`,
    );
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function optional(isRight: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || isRight(value);
}

function isAttempt(value: unknown): boolean {
  const { id, attempt } = (value ?? {}) as Fields;
  return isText(id) && Number.isInteger(attempt);
}

function isWork(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((one) => isChain((one as Fields | null)?.['chain']))
  );
}

function isChain(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isMessage);
}

function isMessage(value: unknown): boolean {
  const { id, task, args } = (value ?? {}) as Fields;
  return isText(id) && isText(task) && Array.isArray(args);
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
