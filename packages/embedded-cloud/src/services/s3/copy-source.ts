import { S3Error } from './errors.ts';
import { addressOf } from './request.ts';

/** The object that `x-amz-copy-source` names, with or without a leading slash. @throws {S3Error} InvalidArgument */
export function copySource(headers: Record<string, string>): { bucket: string; key: string } {
  const header = headers['x-amz-copy-source'] ?? '';
  const [path = ''] = header.split('?');
  const source = addressOf(path.startsWith('/') ? path : `/${path}`);
  if (source.bucket === '' || source.key === '') {
    throw new S3Error(
      'InvalidArgument',
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  }
  return source;
}
