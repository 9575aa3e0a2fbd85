import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unchunked } from '../../../src/services/s3/aws-chunked.ts';

const framed = (chunks: Uint8Array[], trailer = '') =>
  Buffer.concat([
    ...chunks.flatMap((chunk) => [
      Buffer.from(`${chunk.length.toString(16)};chunk-signature=ab\r\n`),
      Buffer.from(chunk),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`0\r\n${trailer}\r\n`),
  ]);

describe('aws-chunked', () => {
  it('gives the bytes and the trailers, however they were cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1 })), (chunks) => {
        const { body, trailers } = unchunked(framed(chunks, 'x-amz-checksum-crc32: AAAAAA==\r\n'));
        expect(body.equals(Buffer.concat(chunks))).toBe(true);
        expect(trailers).toEqual({ 'x-amz-checksum-crc32': 'AAAAAA==' });
      }),
    );
  });

  it('refuses a body that breaks off', () => {
    const whole = framed([Buffer.from('hello'), Buffer.from('world')]);
    for (let bytes = 0; bytes < whole.indexOf('0\r\n\r\n') + 3; bytes++) {
      expect(() => unchunked(whole.subarray(0, bytes))).toThrow('number of bytes');
    }
  });
});
