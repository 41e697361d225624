// What SQLite's refusals mean to whoever runs a queue, and what to do about each. The two clients name them
// differently: one by text, the other by number.
import { StorageError } from '../../errors.js';

/** What an error message says about where it happened. */
export interface SqliteWhere {
  readonly filename: string;
  readonly busyTimeoutMs: number;
}

/** The primary result codes that are told apart. */
const CODES: ReadonlyMap<number, string> = new Map([
  [3, 'PERM'],
  [5, 'BUSY'],
  [6, 'LOCKED'],
  [8, 'READONLY'],
  [10, 'IOERR'],
  [11, 'CORRUPT'],
  [13, 'FULL'],
  [14, 'CANTOPEN'],
  [18, 'TOOBIG'],
  [23, 'AUTH'],
  [26, 'NOTADB'],
]);

interface Verdict {
  readonly says: (where: SqliteWhere) => string;
  /** The same call may succeed later, with nothing done but waiting or making room. */
  readonly retryable?: boolean;
  /** The connection is good for nothing more: a repaired or replaced file needs a new one. */
  readonly fatal?: boolean;
}

const readOnly: Verdict = {
  says: ({ filename }) =>
    `expected to write to the database ${filename}, but it is read-only here; let this process write to the file and to its directory, where SQLite keeps two more files`,
  fatal: true,
};

const locked: Verdict = {
  says: ({ filename, busyTimeoutMs }) =>
    `the database ${filename} was locked by others for longer than busyTimeout (${busyTimeoutMs / 1000}s); nothing was changed: try again, look for a process that holds it, or raise busyTimeout`,
  retryable: true,
};

const VERDICTS: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  ['BUSY', locked],
  ['LOCKED', locked],
  ['PERM', readOnly],
  ['READONLY', readOnly],
  ['AUTH', readOnly],
  [
    'FULL',
    {
      says: ({ filename }) =>
        `no room is left for the database ${filename}; nothing was changed: free space on its disk and try again`,
      retryable: true,
    },
  ],
  [
    'IOERR',
    {
      says: ({ filename }) =>
        `reading or writing the database ${filename} failed; check its disk and try again`,
      retryable: true,
      fatal: true,
    },
  ],
  [
    'CORRUPT',
    {
      says: ({ filename }) =>
        `the database ${filename} is damaged; restore a backup, or save what can be read with \`sqlite3 ${filename} .recover\``,
      fatal: true,
    },
  ],
  [
    'NOTADB',
    {
      says: ({ filename }) => `expected ${filename} to be a SQLite database, got another file; name another`,
      fatal: true,
    },
  ],
  [
    'CANTOPEN',
    {
      says: ({ filename }) =>
        `cannot open the database ${filename}; make sure that its directory exists and that this process may write to it`,
      fatal: true,
    },
  ],
  [
    'TOOBIG',
    {
      says: ({ filename }) =>
        `a text is longer than SQLite can hold (a billion bytes), so nothing was changed in ${filename}; store large values elsewhere and send their address`,
    },
  ],
]);

/** What to throw for what a client threw. `fatal`: the connection is good for nothing more. */
export interface SqliteFailure {
  readonly error: unknown;
  readonly fatal: boolean;
}

/** Says what an error of either client means; an error of anybody else is passed on as it is. */
export function sqliteFailure(error: unknown, where: SqliteWhere): SqliteFailure {
  const code = codeOf(error);
  if (code === undefined) return { error, fatal: false };
  const { says, retryable = false, fatal = false } = VERDICTS.get(code) ?? unforeseen(error);
  return { error: new StorageError(says(where), { cause: error, retryable }), fatal };
}

function unforeseen(error: unknown): Verdict {
  const message = error instanceof Error ? error.message : String(error);
  return { says: ({ filename }) => `the database ${filename} refused: ${message}` };
}

/** The primary code without its prefix; undefined if no client threw this. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  if (typeof errcode === 'number') return CODES.get(errcode & 0xff) ?? `${errcode}`;
  if (typeof code === 'string' && code.startsWith('SQLITE_')) return code.split('_')[1];
  return toldInWords(error);
}

/** What the clients find out themselves, before they ask SQLite. */
function toldInWords({ message }: Error): string | undefined {
  if (message.includes('directory does not exist')) return 'CANTOPEN';
  return message.includes('too big') || message.includes('bind parameter') ? 'TOOBIG' : undefined;
}
