import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64, bytesOfBase64 } from '../../src/model/base64.js';

describe('base64', () => {
  it('gives back the bytes it was given, in memory of their own', () => {
    const property = fc.property(fc.uint8Array(), (bytes) => {
      const back = bytesOfBase64(base64(bytes));
      expect(back).toStrictEqual(bytes);
      expect(back?.buffer.byteLength).toBe(bytes.length);
    });
    fc.assert(property, { seed: 20260101, numRuns: 200 });
  });

  it('writes the part of a buffer that a view shows', () => {
    expect(base64(new Uint8Array([0, 1, 2, 3, 4]).subarray(1, 4))).toBe('AQID');
  });

  it.each(['AQI', 'AQID\n', ' AQID', 'AQI*', 'AQ-_', 'AR==', 'AQ=', '=', 'AQ==AQ=='])('refuses %j', (text) =>
    expect(bytesOfBase64(text)).toBeUndefined(),
  );
});
