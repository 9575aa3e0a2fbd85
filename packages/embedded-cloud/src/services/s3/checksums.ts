import { createHash } from 'node:crypto';
import * as zlib from 'node:zlib';
import { S3Error } from './errors.ts';

type ComputeChecksum = (body: Buffer) => Buffer;

/** Reversed polynomials of CRC-32 (IEEE 802.3) and CRC-32C (Castagnoli, RFC 3720). */
const CRC32_POLYNOMIAL = 0xedb88320;
const CRC32C_POLYNOMIAL = 0x82f63b78;

/**
 * Checksum function for each supported checksum header. CRC-64/NVME checksums are not verified.
 */
const ALGORITHMS: Record<string, ComputeChecksum> = {
  'x-amz-checksum-crc32': createCrc32(),
  'x-amz-checksum-crc32c': createCrc(CRC32C_POLYNOMIAL),
  'x-amz-checksum-sha1': (body) => createHash('sha1').update(body).digest(),
  'x-amz-checksum-sha256': (body) => createHash('sha256').update(body).digest(),
};

/**
 * Verifies a body with every checksum in the request.
 *
 * @param given headers and trailers of the request, with lower-case names
 * @returns the verified checksum headers, which are stored with the object
 * @throws {S3Error} BadDigest if a checksum differs, InvalidDigest if the Content-MD5 is malformed
 */
export function verifyChecksums(
  body: Buffer,
  given: Record<string, string>,
): Record<string, string> {
  verifyMd5(body, given['content-md5']);
  const kept: Record<string, string> = {};
  for (const [name, checksum] of Object.entries(ALGORITHMS)) {
    const value = given[name];
    if (value === undefined) continue;
    if (checksum(body).toString('base64') !== value) {
      const label = name.slice('x-amz-checksum-'.length).toUpperCase();
      throw new S3Error(
        'BadDigest',
        `The ${label} you specified did not match the calculated checksum.`,
      );
    }
    kept[name] = value;
  }
  return kept;
}

/**
 * Verifies the received bytes with the header `x-amz-content-sha256`. A header that does not
 * contain a hash is ignored.
 *
 * @throws {S3Error} XAmzContentSHA256Mismatch
 */
export function verifyPayloadHash(sent: Buffer, hash: string | undefined): void {
  if (hash === undefined || !/^[0-9a-f]{64}$/.test(hash)) return;
  if (createHash('sha256').update(sent).digest('hex') !== hash) {
    throw new S3Error('XAmzContentSHA256Mismatch');
  }
}

function verifyMd5(body: Buffer, md5: string | undefined): void {
  if (md5 === undefined) return;
  if (Buffer.from(md5, 'base64').length !== 16) throw new S3Error('InvalidDigest');
  if (createHash('md5').update(body).digest('base64') !== md5) throw new S3Error('BadDigest');
}

/**
 * Creates the CRC-32 function. Node has had a native CRC-32 function since versions 20.15 and 22.2,
 * but the type declarations of Node 20 do not contain the native function.
 */
function createCrc32(): ComputeChecksum {
  const native = (zlib as { crc32?: (body: Buffer) => number }).crc32;
  if (native === undefined) return createCrc(CRC32_POLYNOMIAL);
  return (body) => toBigEndian(native(body));
}

function createCrc(polynomial: number): ComputeChecksum {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value;
  });
  return (body) => {
    let value = 0xffffffff;
    for (const byte of body) value = (value >>> 8) ^ table[(value ^ byte) & 0xff]!;
    return toBigEndian((value ^ 0xffffffff) >>> 0);
  };
}

function toBigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
