// Reads the text of a trace back, and trusts none of it: every line is checked, the order of events, their time, and the
// rolling hash, so that a line that was lost, changed or cut off is named.
import { integer } from '../../src/check.js';
import { textHash } from '../kernel/stable-hash.js';
import { RollingHash } from './rolling-hash.js';
import { badField, TraceError } from './trace-error.js';
import { EVENT_FIELDS, TRACE_KINDS, type TraceEvent, type TraceKind } from './trace-event.js';
import { type Plain, TRACE_FORMAT, TRACE_VERSION, type TraceHeader } from './trace-header.js';

/** A run as it was written down. */
export interface RecordedRun {
  readonly header: TraceHeader;
  readonly events: readonly TraceEvent[];
}

/** What `readTrace` takes beside the text. */
export interface ReadTraceOptions {
  /** More events are refused. Default 5,000,000. */
  readonly maxEvents?: number;
  /** Longer lines are refused, in characters. Default 1,000,000. */
  readonly maxLineLength?: number;
}

const HEADER_FIELDS = [
  'format',
  'version',
  'package',
  'seed',
  'start',
  'timeZone',
  'storage',
  'first',
  'configuration',
  'faults',
];
const KINDS: ReadonlySet<unknown> = new Set(TRACE_KINDS);

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a trace as `Trace` writes it.
 * @throws TraceError naming the line.
 */
export function readTrace(text: string, options: ReadTraceOptions = {}): RecordedRun {
  const maxEvents = integer('maxEvents', options.maxEvents, 5_000_000, 1);
  const maxLineLength = integer('maxLineLength', options.maxLineLength, 1_000_000, 1);
  const events: TraceEvent[] = [];
  let header: TraceHeader | undefined;
  const hash = new RollingHash();
  for (const [line, content] of linesOf(text)) {
    if (content.length > maxLineLength)
      throw new TraceError(line, `expected at most ${maxLineLength} characters, got ${content.length}`);
    const fields = fieldsOf(line, content);
    if (header === undefined) {
      header = headerOf(line, fields);
      continue;
    }
    if (events.length >= maxEvents)
      throw new TraceError(line, `expected at most ${maxEvents} events, got more`);
    const event = eventOf(line, fields);
    checkOrder(line, event, events.at(-1), header);
    checkHash(line, event, hash, events.length === 0 && header.first > 0);
    events.push(event);
  }
  if (header === undefined) throw new TraceError(1, 'expected the header of a trace, got an empty text');
  return { header, events };
}

/** The lines, counted from 1, but for empty ones. */
function* linesOf(text: string): Generator<[line: number, content: string]> {
  let line = 0;
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start);
    const stop = end === -1 ? text.length : end;
    line += 1;
    const content = text.slice(start, stop);
    if (content.trim() !== '') yield [line, content];
    start = stop + 1;
  }
}

function fieldsOf(line: number, content: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    const shown = content.length > 60 ? `${content.slice(0, 60)}…` : content;
    throw new TraceError(
      line,
      `expected an object in JSON, got ${shown}; the file may be cut off, or no trace`,
    );
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw badField(line, 'line', 'an object in JSON', value);
}

function headerOf(line: number, fields: Fields): TraceHeader {
  if (fields['format'] !== TRACE_FORMAT)
    throw badField(line, 'format', `"${TRACE_FORMAT}", as in the first line of a trace`, fields['format']);
  const version = whole(line, fields, 'version', 1);
  if (version !== TRACE_VERSION)
    throw badField(line, 'version', `${TRACE_VERSION}, the one that this version of huey-ts reads`, version);
  checkNames(line, fields, HEADER_FIELDS);
  const { configuration, faults } = fields;
  if (typeof configuration !== 'object' || configuration === null || Array.isArray(configuration))
    throw badField(line, 'configuration', 'an object', configuration);
  if (!Array.isArray(faults)) throw badField(line, 'faults', 'a list', faults);
  return {
    format: TRACE_FORMAT,
    version,
    package: text(line, fields, 'package'),
    seed: whole(line, fields, 'seed', -Number.MAX_SAFE_INTEGER),
    start: whole(line, fields, 'start', -Number.MAX_SAFE_INTEGER),
    timeZone: text(line, fields, 'timeZone'),
    storage: text(line, fields, 'storage'),
    first: whole(line, fields, 'first', 0),
    configuration: configuration as Readonly<Record<string, Plain>>,
    faults: faults as readonly Plain[],
  };
}

function eventOf(line: number, fields: Fields): TraceEvent {
  checkNames(line, fields, EVENT_FIELDS);
  const { kind } = fields;
  if (!KINDS.has(kind)) throw badField(line, 'kind', `one of ${TRACE_KINDS.join(', ')}`, kind);
  return {
    index: whole(line, fields, 'index', 0),
    at: whole(line, fields, 'at', -Number.MAX_SAFE_INTEGER),
    kind: kind as TraceKind,
    node: optionalText(line, fields, 'node'),
    actor: optionalText(line, fields, 'actor'),
    op: optionalText(line, fields, 'op'),
    task: optionalText(line, fields, 'task'),
    name: optionalText(line, fields, 'name'),
    detail: optionalText(line, fields, 'detail'),
    hash: text(line, fields, 'hash'),
  };
}

function checkOrder(
  line: number,
  event: TraceEvent,
  before: TraceEvent | undefined,
  header: TraceHeader,
): void {
  const index = before === undefined ? header.first : before.index + 1;
  if (event.index !== index)
    throw badField(line, 'index', `${index}, the one after the event before`, event.index);
  const earliest = before?.at ?? header.start;
  if (event.at < earliest)
    throw badField(line, 'at', `at least ${earliest}, as time does not go back`, event.at);
}

/** The first event of a trace that dropped older ones is believed: what its hash goes back to is gone. */
function checkHash(line: number, event: TraceEvent, hash: RollingHash, believed: boolean): void {
  const { at, kind, node, actor, op, task } = event;
  hash.add(at, textHash(kind), hashOf(node), hashOf(actor), hashOf(op), hashOf(task));
  if (believed ? hash.resume(event.hash) : hash.digits === event.hash) return;
  const wanted = believed ? 'sixteen hexadecimal digits' : `"${hash.digits}"; the line was changed`;
  throw badField(line, 'hash', wanted, event.hash);
}

function hashOf(part: string | undefined): number {
  return part === undefined ? 0 : textHash(part);
}

function checkNames(line: number, fields: Fields, known: readonly string[]): void {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new TraceError(line, `expected the fields ${known.join(', ')}, got \`${unknown.slice(0, 60)}\``);
}

function whole(line: number, fields: Fields, name: string, least: number): number {
  const value = fields[name];
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw badField(line, name, least >= 0 ? `an integer of at least ${least}` : 'an integer', value);
}

function text(line: number, fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw badField(line, name, 'text', value);
}

function optionalText(line: number, fields: Fields, name: string): string | undefined {
  return fields[name] === undefined ? undefined : text(line, fields, name);
}
