// Where the consumer's log goes. Lines are gathered and written once in each turn of the event loop, so that thousands
// of tasks a second do not cost a write each; what was logged is written before `flush` returns.
import { openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { host as eventLoop, type Clock, type LogFields, type Logger } from '../runtime.js';
import { CliFailure, EXIT, reasonOf } from './failure.js';
import type { Host, Output } from './host.js';
import { type Level, LEVELS, type LogFormat } from './log-record.js';

/** What may be said beside the message. */
export interface LogDetails {
  readonly fields?: LogFields;
  readonly error?: unknown;
}

/** Gathers lines and hands them on. */
export class Log {
  readonly #write: (text: string) => void;
  readonly #format: LogFormat;
  readonly #least: number;
  readonly #pid: number;
  readonly #clock: Clock;
  #text = '';

  constructor(write: (text: string) => void, options: LogOptions, { pid, runtime }: Host) {
    this.#write = write;
    this.#format = options.format;
    this.#least = LEVELS.indexOf(options.least);
    this.#pid = pid;
    this.#clock = runtime.clock;
  }

  /** Whether lines of that level are written at all. */
  hears(level: Level): boolean {
    return LEVELS.indexOf(level) >= this.#least;
  }

  /** Logs one line, if it matters enough. */
  line(level: Level, source: string, message: string, details: LogDetails = {}): void {
    if (!this.hears(level)) return;
    if (this.#text === '') void eventLoop.turn().then(() => this.flush());
    this.#text += this.#format({ at: this.#clock.now(), level, source, message, ...details }, this.#pid);
  }

  /** Writes what was gathered. */
  flush(): void {
    const text = this.#text;
    this.#text = '';
    if (text !== '') this.#write(text);
  }

  /** The log as the engine wants it: constant messages with fields. */
  asLogger(): Logger {
    const at =
      (level: Level) =>
      (message: string, fields: LogFields = {}): void => {
        const { error, ...rest } = fields;
        const told = Object.entries(rest).map(([name, value]) => ` ${name}=${String(value)}`);
        this.line(level, 'huey.engine', message + told.join(''), {
          fields,
          ...(error !== undefined && { error }),
        });
      };
    return { debug: at('DEBUG'), info: at('INFO'), warn: at('WARNING'), error: at('ERROR') };
  }
}

/** How a log is written. */
export interface LogOptions {
  readonly format: LogFormat;
  /** Lines below this level are left out. */
  readonly least: Level;
}

/** A log that ends with the process, on standard error, where huey's is. */
export function terminalLog(options: LogOptions, host: Host): Log {
  return new Log((text) => host.stderr.write(text), options, host);
}

/**
 * A log that is appended to a file. A disk that is full must not stop the work: it is said once on standard error, and
 * again when lines get through once more, how many did not.
 * @throws CliFailure if the file cannot be opened.
 */
export function fileLog(path: string, options: LogOptions, host: Host): Log {
  const file = open(resolve(host.cwd, path), path);
  return new Log(
    fileWriter((text) => void writeSync(file, text), path, host.stderr),
    options,
    host,
  );
}

/** Wraps a write that may fail. */
export function fileWriter(
  write: (text: string) => void,
  path: string,
  stderr: Output,
): (text: string) => void {
  let lost = 0;
  return (text) => {
    try {
      write(text);
      if (lost > 0) stderr.write(`huey: ${path} can be written again; ${lost} lines were lost\n`);
      lost = 0;
    } catch (error) {
      if (lost === 0)
        stderr.write(`huey: cannot write to ${path}: ${reasonOf(error)}; the work goes on unlogged\n`);
      lost += text.split('\n').length - 1;
    }
  };
}

function open(file: string, path: string): number {
  try {
    return openSync(file, 'a');
  } catch (error) {
    throw new CliFailure(
      EXIT.usage,
      `cannot write the log to ${path}: ${reasonOf(error)}; choose another --logfile`,
    );
  }
}
