// The options of the Redis storage: names, defaults, checks, in one place. What would be said twice is refused.
import { boolean, checkOptionNames, expected, integer, nonEmptyString } from '../../check.js';
import { ConfigurationError } from '../../errors.js';
import { type Duration, durationMs } from '../../time.js';

/** A connection of ioredis (5 or 6): a Redis, with or without Sentinel, or a Cluster. Only its settings are used. */
export interface RedisConnectionLike {
  duplicate(...overrides: never[]): unknown;
}

/** How the server is reached and used. */
export interface RedisOptions {
  /** redis:// or rediss:// with user, password, host, port and database. Excludes `host` to `tls`, and `connection`. */
  readonly url?: string;
  /** Default 'localhost'. */
  readonly host?: string;
  /** Default 6379. */
  readonly port?: number;
  /** The number of the database. Default 0. */
  readonly db?: number;
  readonly username?: string;
  readonly password?: string;
  /** true, or the options of tls.connect. Default: no TLS. */
  readonly tls?: boolean | object;
  /**
   * An ioredis instance with settings of your own: Sentinel, Cluster, a unix socket. Connections are made like it; it is
   * neither used itself nor closed. Excludes `url` to `tls`, and `clientName`.
   */
  readonly connection?: RedisConnectionLike;
  /** What CLIENT LIST shows. Default: nothing. */
  readonly clientName?: string;
  /** Idle workers wait for a notification, on a connection of its own. Default true; false: they poll. */
  readonly blocking?: boolean;
  /** Tell those who wait for a result when it is there. Default true; false: they poll. */
  readonly notifyResult?: boolean;
  /** How long to wait for an answer of the server, or up to a quarter more, before the connection is given up. Default '30s'. */
  readonly readTimeout?: Duration;
  /** How many attempts to reach a server that has gone away a call waits for, rising to 2s apart. Default 8: about 7s. */
  readonly reconnects?: number;
}

/** What a Redis storage takes. */
export interface RedisStorageOptions extends RedisOptions {
  /** The queue on the server; several share one database and nothing else. Default 'huey'. */
  readonly name?: string;
}

/** How ioredis is told where the server is. */
interface RedisAddress {
  host?: string;
  port?: number;
  db?: number;
  username?: string;
  password?: string;
  tls?: object;
  connectionName?: string;
}

/** The options, checked, with their defaults. */
export interface ResolvedRedisOptions {
  readonly name: string;
  readonly connection: RedisConnectionLike | undefined;
  /** How ioredis is told where the server is; empty with a connection. */
  readonly address: Readonly<RedisAddress>;
  /** The server, without secrets, for error messages. */
  readonly server: string;
  readonly blocking: boolean;
  readonly notifyResult: boolean;
  readonly readTimeoutMs: number;
  readonly reconnects: number;
}

const ADDRESS = ['host', 'port', 'db', 'username', 'password', 'tls'] as const;

export const REDIS_OPTION_NAMES = [
  'url',
  ...ADDRESS,
  'connection',
  'clientName',
  'blocking',
  'notifyResult',
  'readTimeout',
  'reconnects',
] as const;

/** Checks the options of a Redis storage. @throws ConfigurationError */
export function resolveRedisOptions(options: RedisStorageOptions): ResolvedRedisOptions {
  checkOptionNames(options, ['name', ...REDIS_OPTION_NAMES], 'RedisStorage');
  const { connection } = options;
  if (connection !== undefined && typeof connection?.duplicate !== 'function')
    throw expected('connection', 'an instance of Redis or Cluster of ioredis', connection);
  const address = connection === undefined ? addressOf(options) : {};
  if (connection !== undefined) refuseBoth(options, 'connection', ['url', ...ADDRESS, 'clientName']);
  return {
    name: options.name === undefined ? 'huey' : queueName(options.name),
    connection,
    address,
    server: connection === undefined ? serverOf(address) : 'the server of the given connection',
    blocking: boolean('blocking', options.blocking, true),
    notifyResult: boolean('notifyResult', options.notifyResult, true),
    readTimeoutMs: durationMs('readTimeout', options.readTimeout ?? '30s', { least: 1 }),
    reconnects: integer('reconnects', options.reconnects, 8, 0),
  };
}

function queueName(name: unknown): string {
  if (nonEmptyString('name', name).includes('\0')) throw expected('name', 'text without NUL', name);
  return name as string;
}

function addressOf(options: RedisStorageOptions): RedisAddress {
  const { url, host, port, db, username, password, tls, clientName } = options;
  if (url !== undefined) refuseBoth(options, 'url', ADDRESS);
  const address: RedisAddress = url === undefined ? {} : readUrl(url);
  if (host !== undefined) address.host = nonEmptyString('host', host);
  if (port !== undefined) address.port = portNumber(port);
  if (db !== undefined) address.db = integer('db', db, undefined, 0);
  if (username !== undefined) address.username = nonEmptyString('username', username);
  if (password !== undefined) address.password = secret(password);
  if (username !== undefined && password === undefined)
    throw new ConfigurationError('expected `password` with `username`, got none; add it');
  if (tls !== undefined && tls !== false) address.tls = tlsOptions(tls);
  if (clientName !== undefined) address.connectionName = nonEmptyString('clientName', clientName);
  return address;
}

function refuseBoth(options: RedisStorageOptions, first: string, others: readonly string[]): void {
  const second = others.find((name) => Reflect.get(options, name) !== undefined);
  if (second !== undefined)
    throw new ConfigurationError(
      `expected \`${first}\` or \`${second}\`, got both; \`${first}\` says it already, leave one out`,
    );
}

function portNumber(port: unknown): number {
  if (integer('port', port, undefined, 1) > 65_535) throw expected('port', 'a port number', port);
  return port as number;
}

/** Never shows what it was given. */
function secret(password: unknown): string {
  if (typeof password === 'string' && password !== '') return password;
  throw new ConfigurationError('expected `password` to be a string that is not empty; leave it out for none');
}

function tlsOptions(tls: unknown): object {
  if (tls === true) return {};
  if (typeof tls !== 'object' || tls === null)
    throw expected('tls', 'true, or the options of tls.connect', tls);
  return tls;
}

function readUrl(text: unknown): RedisAddress {
  // The whole of a URL is never shown: it may hold a password.
  const hint = 'write redis://user:password@host:6379/0, or rediss:// for TLS';
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^rediss?:$/.test(url.protocol))
    throw new ConfigurationError(`expected \`url\` to be a redis:// or rediss:// URL; ${hint}`);
  const db = url.pathname.replace(/^\//, '');
  if (!/^\d*$/.test(db))
    throw new ConfigurationError(`expected \`url\` to end in the number of a database; ${hint}`);
  if (url.search !== '' || url.hash !== '')
    throw new ConfigurationError(`expected \`url\` without a query or fragment; ${hint}`);
  const address: RedisAddress = {};
  if (url.hostname !== '') address.host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (url.port !== '') address.port = Number(url.port);
  if (db !== '') address.db = Number(db);
  if (url.username !== '') address.username = decodeURIComponent(url.username);
  if (url.password !== '') address.password = decodeURIComponent(url.password);
  if (url.protocol === 'rediss:') address.tls = {};
  return address;
}

function serverOf({ host = 'localhost', port = 6379, db = 0 }: RedisAddress): string {
  return `${host}:${port}, database ${db}`;
}
