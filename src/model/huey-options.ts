// The options of a Huey: names, defaults, checks, in one place.
import { boolean, callable, checkOptionNames, expected, integer, nonEmptyString } from '../check.js';
import { ConfigurationError } from '../errors.js';
import type { Logger, Runtime } from '../runtime.js';
import { type Duration, durationMs } from '../time.js';
import { CompressedSerializer } from './compressed-serializer.js';
import { jsonSerializer, type Serializer } from './serializer.js';
import { SignedSerializer } from './signed-serializer.js';
import { type DeliveryGuarantee, resolveDelivery } from './task-options.js';

/** What every Huey takes. */
export interface HueyOptions {
  /** Names this queue in logs and in a shared storage. Default 'huey'. */
  readonly name?: string;
  /** Store what tasks return and how they fail. Default true. */
  readonly results?: boolean;
  /** Store null and undefined results too. Default false: such a task leaves no result. */
  readonly storeNone?: boolean;
  /** Store errors, and run error handlers, of attempts that will be retried. Default true. */
  readonly storeIntermediateErrors?: boolean;
  /** Forget results this long after they were stored. Default: keep them until they are read. */
  readonly resultExpires?: Duration;
  /** Run tasks at once, inside the call that enqueues them. Default false. */
  readonly immediate?: boolean;
  /** Use a fresh memory storage while immediate. Default true. */
  readonly immediateUseMemory?: boolean;
  /** Default 'at-least-once'. */
  readonly delivery?: DeliveryGuarantee;
  /** After so many deliveries without an end a task goes to the dead letters. Default 3. */
  readonly maxDeliveries?: number;
  /** Turns messages and results into text. Default: JSON with rich values. */
  readonly serializer?: Serializer;
  /** Compress messages and results above 1 KiB. Default false. */
  readonly compression?: boolean | 'gzip' | 'zlib';
  /** Sign messages and results; the first key signs, any of them verifies. */
  readonly signingKeys?: readonly (string | Uint8Array)[];
  /** Refuse messages and results above this size. Default 64 MiB. */
  readonly maxMessageBytes?: number;
  /** Where the engine reports what it cannot throw. Default: nowhere. */
  readonly logger?: Logger;
  /** Clock, randomness, ids and logger, as a whole. Default: the system's. Excludes `logger`. */
  readonly runtime?: Runtime;
}

/** The options, checked, with their defaults. */
export interface ResolvedHueyOptions {
  readonly name: string;
  readonly results: boolean;
  readonly storeNone: boolean;
  readonly storeIntermediateErrors: boolean;
  readonly resultExpiresMs: number | undefined;
  readonly immediate: boolean;
  readonly immediateUseMemory: boolean;
  readonly delivery: DeliveryGuarantee;
  readonly maxDeliveries: number;
  readonly serializer: Serializer;
  readonly maxMessageBytes: number;
  readonly logger: Logger | undefined;
  readonly runtime: Runtime | undefined;
}

/** What every Huey can be told. */
export const HUEY_OPTION_NAMES = [
  'name',
  'results',
  'storeNone',
  'storeIntermediateErrors',
  'resultExpires',
  'immediate',
  'immediateUseMemory',
  'delivery',
  'maxDeliveries',
  'serializer',
  'compression',
  'signingKeys',
  'maxMessageBytes',
  'logger',
  'runtime',
] as const;

const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Checks the options. `others` are those that the caller, a Huey on some storage, has looked at itself. */
export function resolveHueyOptions(
  options: HueyOptions,
  others: readonly string[] = [],
): ResolvedHueyOptions {
  checkOptionNames(options, [...HUEY_OPTION_NAMES, ...others], 'Huey');
  const { resultExpires, delivery } = options;
  const maxMessageBytes = integer('maxMessageBytes', options.maxMessageBytes, DEFAULT_MAX_MESSAGE_BYTES, 1);
  return {
    name: options.name === undefined ? 'huey' : nonEmptyString('name', options.name),
    results: boolean('results', options.results, true),
    storeNone: boolean('storeNone', options.storeNone, false),
    storeIntermediateErrors: boolean('storeIntermediateErrors', options.storeIntermediateErrors, true),
    resultExpiresMs:
      resultExpires === undefined ? undefined : durationMs('resultExpires', resultExpires, { least: 1 }),
    immediate: boolean('immediate', options.immediate, false),
    immediateUseMemory: boolean('immediateUseMemory', options.immediateUseMemory, true),
    delivery: delivery === undefined ? 'at-least-once' : resolveDelivery(delivery),
    maxDeliveries: integer('maxDeliveries', options.maxDeliveries, 3, 1),
    serializer: serializerOf(options, maxMessageBytes),
    maxMessageBytes,
    logger: loggerOf(options),
    runtime: options.runtime,
  };
}

function loggerOf({ logger, runtime }: HueyOptions): Logger | undefined {
  if (logger === undefined) return undefined;
  if (runtime !== undefined)
    throw new ConfigurationError(
      'expected `logger` or `runtime`, got both; a runtime has a logger of its own',
    );
  for (const level of ['debug', 'info', 'warn', 'error'] as const)
    callable(`logger.${level}`, logger?.[level]);
  return logger;
}

function serializerOf(options: HueyOptions, maxBytes: number): Serializer {
  const { serializer = jsonSerializer, compression = false, signingKeys } = options;
  if (typeof serializer?.serialize !== 'function' || typeof serializer.deserialize !== 'function')
    throw expected('serializer', 'an object with `serialize` and `deserialize`', serializer);
  const compressed = compression === false ? serializer : compress(serializer, compression, maxBytes);
  if (signingKeys === undefined) return compressed;
  if (!Array.isArray(signingKeys))
    throw expected('signingKeys', 'an array of secrets', signingKeys, 'write signingKeys: [secret]');
  if (signingKeys.length === 0)
    throw new ConfigurationError(
      'expected `signingKeys` to hold at least one key, got an empty array; leave the option out to send unsigned messages',
    );
  return new SignedSerializer(compressed, { keys: signingKeys });
}

function compress(serializer: Serializer, compression: unknown, maxBytes: number): Serializer {
  const algorithm = compression === true ? 'gzip' : compression;
  if (algorithm !== 'gzip' && algorithm !== 'zlib')
    throw expected('compression', "true, false, 'gzip' or 'zlib'", compression);
  return new CompressedSerializer(serializer, { algorithm, maxBytes });
}
