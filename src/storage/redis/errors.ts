// What the errors of the client and the server mean for a caller: is it the settings, will it pass, and may the call
// have been applied all the same.
import { StorageError, type StorageErrorOptions } from '../../errors.js';

interface Meaning {
  readonly pattern: RegExp;
  readonly what: string;
  readonly todo: string;
}

/** Settings that will not become right by waiting. */
const MISCONFIGURED: readonly Meaning[] = [
  rule(
    /WRONGPASS|invalid (username-)?password|ERR AUTH/i,
    'refuses the user name or password',
    'correct them',
  ),
  rule(/NOAUTH/, 'wants a password', 'set `password`, or `url` with one'),
  rule(/NOPERM/, 'does not allow this user a command', 'allow it scripts, pub/sub and the keys of the queue'),
  rule(/DB index is out of range|invalid DB index/i, 'has no such database', 'set `db` to one that it has'),
  rule(
    /SELECT is not allowed in cluster/i,
    'is a node of a cluster',
    'use database 0 and a Cluster as `connection`',
  ),
  rule(/MOVED|ASK \d/, 'is a node of a cluster', 'give a Cluster of ioredis as `connection`'),
  rule(
    /Protocol error|ParserError|unknown command|wrong number of arguments/i,
    'is no Redis, or one before 6.2',
    'check host and port, and the version of the server',
  ),
  rule(
    /WRONGTYPE/,
    'has something else under a key of this queue',
    'choose another `name`, or another database',
  ),
  rule(
    /certificate|SSL routines|wrong version number|CERT_/i,
    'and this process do not agree on TLS',
    'check `tls`, and the certificates',
  ),
];

/** The server says no for now, before it has changed anything. */
const REFUSED: readonly Meaning[] = [
  rule(
    /OOM command/,
    'is out of memory',
    'raise maxmemory, or drain the queue; keep maxmemory-policy noeviction',
  ),
  rule(/READONLY/, 'is a read-only replica', 'connect to the primary, or through Sentinel'),
  rule(/MISCONF/, 'cannot write its snapshot and refuses writes', 'see to its disk'),
  rule(/LOADING/, 'is still loading its data', 'try again shortly'),
  rule(
    /CLUSTERDOWN|MASTERDOWN|TRYAGAIN|NOREPLICAS/,
    'is not in a state to write',
    'try again when its cluster or primary is up',
  ),
  rule(/BUSY /, 'is busy with a long script', 'try again, or end it with SCRIPT KILL'),
  rule(/max number of clients/i, 'has too many clients', 'raise maxclients, or close connections'),
];

function rule(pattern: RegExp, what: string, todo: string): Meaning {
  return { pattern, what, todo };
}

/** Whether an error tells that the settings are wrong, so that another attempt would end the same way. */
export function isMisconfiguration(error: unknown): boolean {
  return meaningOf(error, MISCONFIGURED) !== undefined;
}

/**
 * Whether a command was surely not run: the client refused it for want of a connection, or the server does not know the
 * script by its hash (any more).
 */
export function wasNotRun(error: unknown): 'unsent' | 'unknown script' | undefined {
  const text = textOf(error);
  if (/enableOfflineQueue/.test(text)) return 'unsent';
  return text.startsWith('NOSCRIPT') ? 'unknown script' : undefined;
}

/** The error for a caller whose command was not sent. @param server Where it is, without secrets. */
export function unreachable(error: unknown, server: string): StorageError {
  return (
    understood(error, server) ??
    new StorageError(
      `no connection to Redis at ${server} (${textOf(error)}); nothing was changed: try again when it is back, or check host and port`,
      { cause: error, retryable: true },
    )
  );
}

/** The error for a caller whose command was sent. @param server Where it is, without secrets. */
export function storageErrorOf(error: unknown, server: string): StorageError {
  const known = understood(error, server);
  if (known !== undefined) return known;
  if (nameOf(error) === 'ReplyError')
    return new StorageError(`Redis at ${server} answered with an error: ${textOf(error)}`, {
      cause: error,
      mayHaveApplied: true,
    });
  return new StorageError(
    `the answer of Redis at ${server} was lost (${textOf(error)}); the call may or may not have been applied: look before you repeat it`,
    { cause: error, retryable: true, mayHaveApplied: true },
  );
}

function understood(error: unknown, server: string): StorageError | undefined {
  if (error instanceof StorageError) return error;
  // The command that it names holds the caller's data, and in case of AUTH the password.
  if (error instanceof Error) Reflect.deleteProperty(error, 'command');
  const settings = meaningOf(error, MISCONFIGURED);
  // Which of the keys it is, and what a script did before it came to that, is not known.
  const mayHaveApplied = /WRONGTYPE/.test(textOf(error));
  if (settings !== undefined) return told(error, server, settings, { mayHaveApplied });
  const refusal = meaningOf(error, REFUSED);
  return refusal === undefined ? undefined : told(error, server, refusal, { retryable: true });
}

function told(
  error: unknown,
  server: string,
  { what, todo }: Meaning,
  options: StorageErrorOptions,
): StorageError {
  return new StorageError(`Redis at ${server} ${what} (${textOf(error)}); ${todo}`, {
    cause: error,
    ...options,
  });
}

function meaningOf(error: unknown, meanings: readonly Meaning[]): Meaning | undefined {
  const text = `${nameOf(error)} ${textOf(error)}`;
  return meanings.find(({ pattern }) => pattern.test(text));
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** Cluster errors say little themselves; the last error of a node says more. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const last: unknown = Reflect.get(error, 'lastNodeError');
  const causes = error instanceof AggregateError ? error.errors.map(textOf).join(', ') : '';
  const text = last instanceof Error ? `${error.message} ${last.message}` : error.message;
  return text || causes || String(Reflect.get(error, 'code') ?? error.name);
}
