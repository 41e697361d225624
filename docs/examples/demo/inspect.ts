// What can be said about a file by looking at its bytes. Plain functions: a task is only the way to call them.
import { createHash } from 'node:crypto';

export interface TextFacts {
  readonly kind: 'text';
  readonly words: number;
  /** The three words that occur most often, short ones left out. */
  readonly frequent: readonly string[];
}

export interface ImageFacts {
  readonly kind: 'image';
  readonly format: 'PNG';
  readonly width: number;
  readonly height: number;
  /** SHA-256 of the file, in hexadecimal. */
  readonly checksum: string;
}

export type Facts = TextFacts | ImageFacts;

/** Shorter words are as frequent in any text: the, and, that, there. */
const LEAST_LETTERS = 6;

/** The facts of a file. @throws Error if it is neither text nor a PNG. */
export function factsOf(type: string, bytes: Uint8Array): Facts {
  if (type.startsWith('text/')) return textFacts(new TextDecoder().decode(bytes));
  if (type === 'image/png') return imageFacts(bytes);
  throw new Error(`expected text or a PNG, got ${type}`);
}

/** The words of a text, in lower case. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/\p{L}[\p{L}'-]*/gu) ?? [];
}

function textFacts(text: string): TextFacts {
  const words = wordsOf(text);
  const counts = new Map<string, number>();
  for (const word of words) if (word.length >= LEAST_LETTERS) counts.set(word, (counts.get(word) ?? 0) + 1);
  const ranked = [...counts].sort(([a, times], [b, others]) => others - times || (a < b ? -1 : 1));
  return { kind: 'text', words: words.length, frequent: ranked.slice(0, 3).map(([word]) => word) };
}

/** A PNG starts with eight bytes that say so, then the chunk IHDR: its length, its name, width and height. */
function imageFacts(bytes: Uint8Array): ImageFacts {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 24));
  if (header.length < 24 || header.toString('latin1', 1, 4) !== 'PNG') throw new Error('this is not a PNG');
  const checksum = createHash('sha256').update(bytes).digest('hex');
  return {
    kind: 'image',
    format: 'PNG',
    width: header.readUInt32BE(16),
    height: header.readUInt32BE(20),
    checksum,
  };
}
