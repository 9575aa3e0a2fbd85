import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeChunked } from '../../../src/services/s3/aws-chunked.ts';

const frameChunks = (chunks: Uint8Array[], trailer = '') =>
  Buffer.concat([
    ...chunks.flatMap((chunk) => [
      Buffer.from(`${chunk.length.toString(16)};chunk-signature=ab\r\n`),
      Buffer.from(chunk),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`0\r\n${trailer}\r\n`),
  ]);

it('decodeChunked returns the bytes and trailers of a body in chunks of any size', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1 })), (chunks) => {
      const { body, trailers } = decodeChunked(
        frameChunks(chunks, 'x-amz-checksum-crc32: AAAAAA==\r\n'),
      );
      expect(body.equals(Buffer.concat(chunks))).toBe(true);
      expect(trailers).toEqual({ 'x-amz-checksum-crc32': 'AAAAAA==' });
    }),
  );
});

it('decodeChunked refuses an incomplete body', () => {
  const whole = frameChunks([Buffer.from('hello'), Buffer.from('world')]);
  for (let bytes = 0; bytes < whole.indexOf('0\r\n\r\n') + 3; bytes++) {
    expect(() => decodeChunked(whole.subarray(0, bytes))).toThrow('number of bytes');
  }
});
