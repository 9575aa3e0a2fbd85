import { S3Error } from './errors.ts';
import { parseAddress } from './request.ts';

/**
 * Reads the source bucket and key from the header `x-amz-copy-source`, with or without a leading
 * slash.
 *
 * @throws {S3Error} InvalidArgument if the bucket or the key is missing
 */
export function readCopySource(headers: Record<string, string>): { bucket: string; key: string } {
  const header = headers['x-amz-copy-source'] ?? '';
  const [path = ''] = header.split('?');
  const source = parseAddress(path.startsWith('/') ? path : `/${path}`);
  if (source.bucket === '' || source.key === '') {
    throw new S3Error(
      'InvalidArgument',
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  }
  return source;
}
