import type { AwsReply } from '../../gateway/types.ts';
import { createXmlReply, escapeXml } from '../wire.ts';
import { S3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import type { ObjectStore } from './store.ts';

const MOST_KEYS = 1_000;

/**
 * One page of a listing, with keys and common prefixes. A common prefix replaces a group of keys
 * that start with the prefix.
 */
interface ListPage {
  keys: string[];
  prefixes: string[];
  /** Last key or common prefix on this page. The value is undefined if no other page follows. */
  last?: string;
}

/** Handles ListObjectsV2. @throws {S3Error} NoSuchBucket, InvalidArgument */
export async function listObjects(store: ObjectStore, request: S3Request): Promise<AwsReply> {
  const { bucket, query } = request;
  await store.requireBucket(bucket);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const most = readMaxKeys(query.get('max-keys'));
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : decodeToken(token);
  const page = selectPage(await store.listKeys(bucket, prefix, after), {
    prefix,
    delimiter,
    most,
    after,
  });
  return createXmlReply(
    200,
    await writePage(store, request, page, { prefix, delimiter, most, token }),
  );
}

/** Reads the largest number of entries of a page. @throws {S3Error} InvalidArgument */
export function readMaxKeys(given: string | null): number {
  if (given === null || given === '') return MOST_KEYS;
  if (!/^\d+$/.test(given)) {
    throw new S3Error(
      'InvalidArgument',
      'Provided max-keys not an integer or within integer range',
    );
  }
  return Math.min(Number(given), MOST_KEYS);
}

function selectPage(
  keys: string[],
  {
    prefix,
    delimiter,
    most,
    after,
  }: { prefix: string; delimiter: string; most: number; after: string },
): ListPage {
  const page: ListPage = { keys: [], prefixes: [] };
  let last: string | undefined;
  for (const key of keys) {
    const group = findGroup(key, prefix, delimiter);
    // A common prefix is skipped if the current page or the previous page already contains the
    // prefix.
    if (group !== undefined && (group === last || (after !== '' && after.startsWith(group))))
      continue;
    if (page.keys.length + page.prefixes.length === most) {
      return last === undefined ? page : { ...page, last };
    }
    if (group === undefined) page.keys.push(key);
    else page.prefixes.push(group);
    last = group ?? key;
  }
  return page;
}

function findGroup(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '') return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

async function writePage(
  store: ObjectStore,
  { bucket, query }: S3Request,
  page: ListPage,
  options: { prefix: string; delimiter: string; most: number; token: string | null },
): Promise<string> {
  const is_url_encoded = query.get('encoding-type') === 'url';
  const writeText = (value: string) =>
    escapeXml(is_url_encoded ? encodeURIComponent(value).replaceAll('%2F', '/') : value);
  const writeElement = (name: string, value: string | undefined) =>
    value === undefined ? '' : `<${name}>${value}</${name}>`;
  const start_after = query.get('start-after') ?? undefined;
  return [
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    writeElement('Name', escapeXml(bucket)),
    writeElement('Prefix', writeText(options.prefix)),
    options.delimiter === '' ? '' : writeElement('Delimiter', writeText(options.delimiter)),
    writeElement('MaxKeys', String(options.most)),
    is_url_encoded ? writeElement('EncodingType', 'url') : '',
    writeElement('KeyCount', String(page.keys.length + page.prefixes.length)),
    writeElement('IsTruncated', String(page.last !== undefined)),
    options.token === null ? '' : writeElement('ContinuationToken', escapeXml(options.token)),
    writeElement('NextContinuationToken', page.last && encodeToken(page.last)),
    writeElement('StartAfter', start_after && writeText(start_after)),
    ...(await Promise.all(page.keys.map((key) => writeContents(store, bucket, key, writeText)))),
    ...page.prefixes.map((prefix) =>
      writeElement('CommonPrefixes', writeElement('Prefix', writeText(prefix))),
    ),
    '</ListBucketResult>',
  ].join('');
}

async function writeContents(
  store: ObjectStore,
  bucket: string,
  key: string,
  writeText: (value: string) => string,
): Promise<string> {
  const info = await store.readInfo(bucket, key);
  // The metadata is missing if the object was deleted after the keys were listed.
  if (info === undefined) return '';
  const modified = new Date(info.last_modified).toISOString();
  return `<Contents><Key>${writeText(key)}</Key><LastModified>${modified}</LastModified><ETag>&quot;${info.etag}&quot;</ETag><Size>${info.bytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
}

function encodeToken(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function decodeToken(token: string): string {
  const key = Buffer.from(token, 'base64url').toString('utf8');
  if (encodeToken(key) !== token)
    throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect');
  return key;
}
