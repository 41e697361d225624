// Signatures around any serializer: `hmac-sha256:<64 hexadecimal digits>:<text>`, the digits being the HMAC-SHA256 of the
// text as UTF-8. Nothing of a text is looked at before its signature has been found right.
import { type KeyObject, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { checkOptionNames, expected } from '../check.js';
import { ConfigurationError, SerializationError } from '../errors.js';
import { type Serializer, checkedSerializer } from './serializer.js';

export interface SignedSerializerOptions {
  /**
   * The secrets, of at least 16 bytes each. The first signs, every one verifies. To rotate: add the new one at the end
   * everywhere, then move it to the front everywhere, and drop the old one when no message signed with it is left.
   */
  readonly keys: ReadonlyArray<string | Uint8Array>;
}

const SCHEME = 'hmac-sha256:';
const DIGITS = 64;
const HEADER_LENGTH = SCHEME.length + DIGITS + 1;
const LEAST_KEY_BYTES = 16;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Signs what another serializer writes, so that only holders of a key can make messages and results:
 * `new SignedSerializer(jsonSerializer, { keys: [secret] })`.
 *
 * It proves who wrote a text, not when or where to: whoever can write to the storage can still put an old text back, or
 * one in another's place. Nothing is encrypted.
 * @throws ConfigurationError if there is no key or one is too short.
 */
export class SignedSerializer implements Serializer {
  readonly #inner: Serializer;
  readonly #signing: KeyObject;
  readonly #verifying: readonly KeyObject[];

  constructor(inner: Serializer, options: SignedSerializerOptions) {
    this.#inner = checkedSerializer('SignedSerializer', inner);
    checkOptionNames(options, ['keys'], 'SignedSerializer');
    if (!Array.isArray(options.keys))
      throw new ConfigurationError('expected `keys` to be an array of secrets, as keys: [secret]');
    this.#verifying = options.keys.map(secretKey);
    const [first] = this.#verifying;
    if (first === undefined) throw expected('keys', 'an array with at least one secret', options.keys);
    this.#signing = first;
  }

  serialize(value: unknown): string {
    const text = this.#inner.serialize(value);
    return `${SCHEME}${signature(text, this.#signing)}:${text}`;
  }

  /** @throws SerializationError 'tampered' if the signature is missing or wrong, and what the inner serializer throws. */
  deserialize(signed: string): unknown {
    if (!signed.startsWith(SCHEME) || signed[HEADER_LENGTH - 1] !== ':') {
      throw tampered(
        'got a text without one; check that everyone who writes to the queue signs, and flush what was stored before',
      );
    }
    const given = signed.slice(SCHEME.length, HEADER_LENGTH - 1);
    const text = signed.slice(HEADER_LENGTH);
    // UTF-8 spells all lone surrogates alike, so the signature could not tell them apart.
    const isWellFormed = !LONE_SURROGATE.test(text);
    if (!isWellFormed || !this.#verifying.some((key) => isSame(given, signature(text, key)))) {
      throw tampered(
        'none of the keys made the one it bears; check that readers have the key of the writers, or else the message was changed',
      );
    }
    return this.#inner.deserialize(text);
  }
}

function signature(text: string, key: KeyObject): string {
  return createHmac('sha256', key).update(text, 'utf8').digest('hex');
}

/** Compares in constant time. */
function isSame(given: string, wanted: string): boolean {
  const bytes = Buffer.from(given, 'utf8');
  return bytes.length === DIGITS && timingSafeEqual(bytes, Buffer.from(wanted, 'utf8'));
}

/** Never names the secret: messages end up in logs. */
function secretKey(secret: unknown, index: number): KeyObject {
  const isBytes = secret instanceof Uint8Array;
  if (typeof secret !== 'string' && !isBytes) {
    throw new ConfigurationError(
      `expected \`keys[${index}]\` to be a string or a Uint8Array, got ${secret === null ? 'null' : typeof secret}`,
    );
  }
  const bytes = isBytes ? secret : Buffer.from(secret, 'utf8');
  if (bytes.length >= LEAST_KEY_BYTES) return createSecretKey(bytes);
  throw new ConfigurationError(
    `expected \`keys[${index}]\` to have at least ${LEAST_KEY_BYTES} bytes, got ${bytes.length}; make one with \`openssl rand -hex 32\``,
  );
}

function tampered(got: string): SerializationError {
  return new SerializationError('tampered', `expected a valid signature, ${got}`);
}
