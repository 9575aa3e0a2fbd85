import type { AwsReply } from '../../gateway/types.ts';
import { createXmlReply, escapeXml, findXmlElements, unescapeXml } from '../wire.ts';
import { S3Error } from './errors.ts';
import { refuseLocked } from './lock-actions.ts';
import {
  checkKey,
  computeMd5,
  createWriteCondition,
  quoteEtag,
  selectStoredHeaders,
} from './object-headers.ts';
import type { S3Request } from './request.ts';
import type { ObjectStore } from './store.ts';
import type { Part, Uploads } from './uploads.ts';

/**
 * Minimum size of each part except the last part, in bytes, and maximum number of parts.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
 */
const SMALLEST_PART_BYTES = 5 * 1024 ** 2;
const MOST_PARTS = 10_000;

export interface Multipart {
  store: ObjectStore;
  uploads: Uploads;
  now: () => number;
}

/**
 * Handles CreateMultipartUpload.
 *
 * @throws {S3Error} KeyTooLongError, NoSuchBucket, MetadataTooLarge
 */
export async function createUpload(
  { store, uploads }: Multipart,
  request: S3Request,
): Promise<AwsReply> {
  const { bucket, key, headers } = request;
  checkKey(key);
  await store.requireBucket(bucket);
  await refuseLocked(store, bucket);
  const id = await uploads.create({ bucket, key, headers: selectStoredHeaders(headers) });
  return createXmlReply(
    200,
    `<InitiateMultipartUploadResult><Bucket>${escapeXml(bucket)}</Bucket><Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
  );
}

/** Handles UploadPart. @throws {S3Error} NoSuchUpload, InvalidArgument */
export async function uploadPart({ uploads }: Multipart, request: S3Request): Promise<AwsReply> {
  const { id } = await findUpload(uploads, request);
  const number = Number(request.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > MOST_PARTS) {
    throw new S3Error(
      'InvalidArgument',
      `Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`,
    );
  }
  const etag = computeMd5(request.body);
  await uploads.addPart(id, number, etag, request.body);
  return { status: 200, headers: { etag: quoteEtag(etag), ...request.checksums }, body: '' };
}

/**
 * Handles CompleteMultipartUpload.
 *
 * @throws {S3Error} if the upload, its parts or the write condition is invalid
 */
export async function completeUpload(multipart: Multipart, request: S3Request): Promise<AwsReply> {
  const { store, uploads, now } = multipart;
  const { bucket, key, headers } = request;
  const { id, upload } = await findUpload(uploads, request);
  const parts = selectParts(
    readNamedParts(request.body.toString('utf8')),
    await uploads.listParts(id),
  );
  const etag = `${computeMd5(Buffer.from(parts.map((part) => part.etag).join(''), 'hex'))}-${parts.length}`;
  const info = { etag, last_modified: now(), headers: upload.headers, checksums: {} };
  void (await store.put(bucket, key, uploads.read(id, parts), info, createWriteCondition(headers)));
  await uploads.remove(id);
  return createXmlReply(
    200,
    `<CompleteMultipartUploadResult><Location>/${escapeXml(bucket)}/${escapeXml(key)}</Location><Bucket>${escapeXml(bucket)}</Bucket><Key>${escapeXml(key)}</Key><ETag>&quot;${etag}&quot;</ETag></CompleteMultipartUploadResult>`,
  );
}

/** Handles AbortMultipartUpload. @throws {S3Error} NoSuchUpload */
export async function abortUpload({ uploads }: Multipart, request: S3Request): Promise<AwsReply> {
  const { id } = await findUpload(uploads, request);
  await uploads.remove(id);
  return { status: 204, headers: {}, body: '' };
}

async function findUpload(uploads: Uploads, { query, bucket, key }: S3Request) {
  const id = query.get('uploadId') ?? '';
  return { id, upload: await uploads.find(id, bucket, key) };
}

function readNamedParts(xml: string): { number: number; etag: string }[] {
  const named = findXmlElements(xml, 'Part').map((part) => ({
    number: Number(findXmlElements(part, 'PartNumber')[0]),
    etag: unescapeXml(findXmlElements(part, 'ETag')[0] ?? '').replaceAll('"', ''),
  }));
  if (named.length === 0) throw new S3Error('MalformedXML');
  return named;
}

function selectParts(
  named: { number: number; etag: string }[],
  uploaded: Map<number, Part>,
): Part[] {
  if (named.some(({ number }, i) => i > 0 && number <= named[i - 1]!.number)) {
    throw new S3Error('InvalidPartOrder');
  }
  const parts = named.map(({ number, etag }) => {
    const part = uploaded.get(number);
    if (part === undefined || part.etag !== etag) throw new S3Error('InvalidPart');
    return part;
  });
  if (parts.slice(0, -1).some(({ bytes }) => bytes < SMALLEST_PART_BYTES))
    throw new S3Error('EntityTooSmall');
  return parts;
}
