// One line of the consumer's log, and the three ways to write it: as huey does, short, and as JSON for programs.
import { describe } from '../check.js';
import type { LogFields } from '../runtime.js';

/** How much a line matters, by Python's names. */
export const LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR'] as const;

export type Level = (typeof LEVELS)[number];

/** What is to be logged. */
export interface LogRecord {
  /** In epoch milliseconds. */
  readonly at: number;
  readonly level: Level;
  /** Which part speaks: `huey` of tasks, `huey.consumer` of the consumer. */
  readonly source: string;
  readonly message: string;
  /** Particulars, for programs; people find what matters in the message. */
  readonly fields?: LogFields;
  /** What went wrong; its stack follows the line. */
  readonly error?: unknown;
}

/** Writes a record as text that ends in a line break. */
export type LogFormat = (record: LogRecord, pid: number) => string;

/** As huey does: '[2026-01-01 00:00:00,000] INFO:huey:4711:Executing add: …'. By the local clock. */
export const plainFormat: LogFormat = ({ at, level, source, message, error }, pid) => {
  const ms = String(new Date(at).getMilliseconds()).padStart(3, '0');
  return `[${localDate(at)} ${localTime(at)},${ms}] ${level}:${source}:${pid}:${message}${traceOf(error)}\n`;
};

/** As huey does with --simple: '00:00:00 Executing add: …'. */
export const simpleFormat: LogFormat = ({ at, message, error }) =>
  `${localTime(at)} ${message}${traceOf(error)}\n`;

/** One JSON document a line. */
export const jsonFormat: LogFormat = ({ at, level, source, message, fields, error }, pid) => {
  const head = { time: new Date(at).toISOString(), level: level.toLowerCase(), source, pid, message };
  const fault = error === undefined ? {} : { error: errorRecord(error) };
  return `${JSON.stringify({ ...head, ...fields, ...fault }, (_, value: unknown) => jsonable(value))}\n`;
};

/** The day, as the clocks here show it. */
export function localDate(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
}

/** The time of day to the second, as the clocks here show it. */
export function localTime(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function traceOf(error: unknown): string {
  if (error === undefined) return '';
  if (!(error instanceof Error)) return `\n${describe(error)}`;
  const { cause } = error;
  const text = error.stack ?? `${error.name}: ${error.message}`;
  return `\n${text}${cause === undefined ? '' : `\nCaused by:${traceOf(cause)}`}`;
}

function errorRecord(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: describe(error) };
  const { name, message, stack, cause } = error;
  return { name, message, stack, ...(cause !== undefined && { cause: errorRecord(cause) }) };
}

/** A field may hold what JSON lacks; a line that says less is better than none. */
function jsonable(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Error ? errorRecord(value) : value;
}
