// How a command fails: with one line that says what to do, and an exit code that tells the causes apart.
import { isHueyError } from '../errors.js';

/** What the process exits with. These numbers are a promise: scripts and service managers read them. */
export const EXIT = {
  /** Done; of the consumer: stopped as it was told. */
  ok: 0,
  /** It failed for a reason that has no number of its own. */
  failed: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** The application could not be loaded. */
  app: 3,
  /** The storage does not answer, or refuses. */
  storage: 4,
  /** The consumer gave up waiting: for running tasks, or for the storage to take how they ended. */
  forced: 5,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A failure that is told as it is: its message is one line for people. */
export class CliFailure extends Error {
  override name = 'CliFailure';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(oneLine(message), options);
    this.exitCode = exitCode;
  }
}

/** An end with an exit code about which everything has been said. */
export class Told extends Error {
  override name = 'Told';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** What any error comes to at the end of a command. */
export function failureOf(error: unknown): CliFailure {
  if (error instanceof CliFailure) return error;
  if (isHueyError(error, 'StorageError'))
    return new CliFailure(EXIT.storage, `the storage failed: ${reasonOf(error)}`, { cause: error });
  const code = isHueyError(error, 'ConfigurationError') ? EXIT.usage : EXIT.failed;
  return new CliFailure(code, reasonOf(error), { cause: error });
}

/** An error as one line: its name, unless that says nothing, its message, and the cause that explains it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `something threw ${String(error)}, which is no error`;
  const { name, message, cause } = error;
  const text = name === 'Error' || isHueyError(error) ? message : `${name}: ${message}`;
  const told = text.trim() === '' ? name : text;
  const isNews = cause instanceof Error && cause.message !== '' && !told.includes(cause.message);
  return oneLine(isNews ? `${told} (${reasonOf(cause)})` : told);
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}
