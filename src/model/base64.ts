// Bytes as base64 text (RFC 4648, section 4). Reading is strict: every sequence of bytes has exactly one spelling,
// where Buffer.from would skip over whatever it does not know.

/** The bytes as base64, padded. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** The bytes that a base64 text stands for; undefined if it is not their one spelling. */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = Buffer.from(text, 'base64');
  // A copy, because a small Buffer is a window on a pool that other secrets go through.
  return bytes.toString('base64') === text ? new Uint8Array(bytes) : undefined;
}
