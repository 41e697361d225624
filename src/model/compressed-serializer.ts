// Compression around any serializer. Texts above a size travel as `gzip:` or `zlib:` and base64, smaller ones as they
// are; one that starts like that by itself travels behind `text:`. So every text has one reading, whatever the options
// of its writer, and turning compression on does not strand the messages that are already stored.
import { constants } from 'node:buffer';
import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { checkOptionNames, expected, integer } from '../check.js';
import { SerializationError } from '../errors.js';
import { base64, bytesOfBase64 } from './base64.js';
import { type Serializer, checkedSerializer } from './serializer.js';

export type CompressionAlgorithm = 'gzip' | 'zlib';

export interface CompressedSerializerOptions {
  /** What to write; both are always read. Default 'gzip'. */
  readonly algorithm?: CompressionAlgorithm;
  /** Texts of up to so many bytes travel as they are. Default 1024. */
  readonly aboveBytes?: number;
  /** Texts of more bytes are refused, when written and when decompressed. Default 64 MiB. */
  readonly maxBytes?: number;
}

type ResolvedCompressedSerializerOptions = Required<CompressedSerializerOptions>;

const CODECS = {
  gzip: { compress: gzipSync, decompress: gunzipSync },
  zlib: { compress: deflateSync, decompress: inflateSync },
} as const;

const PACKED = /^(gzip|zlib|text):/;

/**
 * Compresses what another serializer writes: `new CompressedSerializer(jsonSerializer, { aboveBytes: 4096 })`.
 * To sign as well, sign what is compressed, so that nothing unsigned reaches the decompressor:
 * `new SignedSerializer(new CompressedSerializer(jsonSerializer), { keys })`.
 * @throws ConfigurationError for options that make no sense.
 */
export class CompressedSerializer implements Serializer {
  readonly #inner: Serializer;
  readonly #options: ResolvedCompressedSerializerOptions;

  constructor(inner: Serializer, options: CompressedSerializerOptions = {}) {
    this.#inner = checkedSerializer('CompressedSerializer', inner);
    this.#options = resolveCompressedSerializerOptions(options);
  }

  /** @throws SerializationError 'too-large' for more than `maxBytes`, and what the inner serializer throws. */
  serialize(value: unknown): string {
    const text = this.#inner.serialize(value);
    const { algorithm, aboveBytes, maxBytes } = this.#options;
    // A UTF-16 unit takes at most three bytes, so most small texts need no counting.
    const isSmall = text.length * 3 <= Math.min(aboveBytes, maxBytes);
    const size = isSmall ? text.length : Buffer.byteLength(text);
    if (size > maxBytes) throw tooLarge(maxBytes);
    if (size > aboveBytes) {
      const packed = `${algorithm}:${base64(CODECS[algorithm].compress(text))}`;
      if (packed.length < size) return packed;
    }
    return PACKED.test(text) ? `text:${text}` : text;
  }

  /** @throws SerializationError 'too-large', 'malformed', and what the inner serializer throws. */
  deserialize(text: string): unknown {
    const packing = PACKED.exec(text)?.[1];
    if (packing === undefined) return this.#inner.deserialize(text);
    const body = text.slice(packing.length + 1);
    const isPacked = packing === 'gzip' || packing === 'zlib';
    return this.#inner.deserialize(isPacked ? unpacked(packing, body, this.#options.maxBytes) : body);
  }
}

function resolveCompressedSerializerOptions(
  options: CompressedSerializerOptions,
): ResolvedCompressedSerializerOptions {
  checkOptionNames(options, ['algorithm', 'aboveBytes', 'maxBytes'], 'CompressedSerializer');
  const { algorithm = 'gzip' } = options;
  if (!Object.hasOwn(CODECS, algorithm)) throw expected('algorithm', "'gzip' or 'zlib'", algorithm);
  return Object.freeze({
    algorithm,
    aboveBytes: integer('aboveBytes', options.aboveBytes, 1024, 0),
    maxBytes: integer('maxBytes', options.maxBytes, 64 * 1024 * 1024, 1),
  });
}

function unpacked(algorithm: CompressionAlgorithm, body: string, maxBytes: number): string {
  const packed = bytesOfBase64(body);
  if (packed === undefined) throw malformed(algorithm, 'base64');
  try {
    const bytes = CODECS[algorithm].decompress(packed, {
      maxOutputLength: Math.min(maxBytes, constants.MAX_LENGTH),
    });
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (isCoded(error) && error.code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw malformed(algorithm, `the UTF-8 text that ${algorithm} made smaller`, error);
  }
}

function isCoded(error: unknown): error is { readonly code: unknown } {
  return typeof error === 'object' && error !== null && 'code' in error;
}

function tooLarge(maxBytes: number): SerializationError {
  return new SerializationError(
    'too-large',
    `expected a text of at most ${maxBytes} bytes, got a larger one; pass a reference to the data, or raise \`maxBytes\` for all who share the queue`,
  );
}

function malformed(algorithm: string, wanted: string, cause?: unknown): SerializationError {
  return new SerializationError(
    'malformed',
    `expected ${wanted} after \`${algorithm}:\`, got something else; the message was damaged`,
    {
      cause,
    },
  );
}
