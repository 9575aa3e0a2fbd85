import type { AwsReply } from '../../gateway/types.ts';
import { xmlReply, xmlText } from '../wire.ts';
import { S3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import type { ObjectStore } from './store.ts';

const MOST_KEYS = 1_000;

/** A page of a listing: keys and the common prefixes that stand for groups of them. */
interface Page {
  keys: string[];
  prefixes: string[];
  /** The last key or prefix of a page that is not the last page. */
  next?: string;
}

/** ListObjectsV2. @throws {S3Error} */
export async function listObjects(store: ObjectStore, request: S3Request): Promise<AwsReply> {
  const { bucket, query } = request;
  await store.bucketExists(bucket);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const most = maxKeys(query.get('max-keys'));
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : afterToken(token);
  const page = pageOf(await store.keys(bucket, prefix, after), { prefix, delimiter, most, after });
  return xmlReply(200, await pageXml(store, request, page, { prefix, delimiter, most, token }));
}

function maxKeys(given: string | null): number {
  if (given === null || given === '') return MOST_KEYS;
  if (!/^\d+$/.test(given)) {
    throw new S3Error(
      'InvalidArgument',
      'Provided max-keys not an integer or within integer range',
    );
  }
  return Math.min(Number(given), MOST_KEYS);
}

function pageOf(
  keys: string[],
  {
    prefix,
    delimiter,
    most,
    after,
  }: { prefix: string; delimiter: string; most: number; after: string },
): Page {
  const page: Page = { keys: [], prefixes: [] };
  let last: string | undefined;
  for (const key of keys) {
    const group = groupOf(key, prefix, delimiter);
    // A group that ended the page before, or that was counted already.
    if (group !== undefined && (group === last || (after !== '' && after.startsWith(group))))
      continue;
    if (page.keys.length + page.prefixes.length === most) {
      return last === undefined ? page : { ...page, next: last };
    }
    if (group === undefined) page.keys.push(key);
    else page.prefixes.push(group);
    last = group ?? key;
  }
  return page;
}

function groupOf(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '') return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

async function pageXml(
  store: ObjectStore,
  { bucket, query }: S3Request,
  page: Page,
  asked: { prefix: string; delimiter: string; most: number; token: string | null },
): Promise<string> {
  const url = query.get('encoding-type') === 'url';
  const text = (value: string) =>
    xmlText(url ? encodeURIComponent(value).replaceAll('%2F', '/') : value);
  const element = (name: string, value: string | undefined) =>
    value === undefined ? '' : `<${name}>${value}</${name}>`;
  const start_after = query.get('start-after') ?? undefined;
  return [
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    element('Name', xmlText(bucket)),
    element('Prefix', text(asked.prefix)),
    asked.delimiter === '' ? '' : element('Delimiter', text(asked.delimiter)),
    element('MaxKeys', String(asked.most)),
    url ? element('EncodingType', 'url') : '',
    element('KeyCount', String(page.keys.length + page.prefixes.length)),
    element('IsTruncated', String(page.next !== undefined)),
    asked.token === null ? '' : element('ContinuationToken', xmlText(asked.token)),
    element('NextContinuationToken', page.next && tokenAfter(page.next)),
    element('StartAfter', start_after && text(start_after)),
    ...(await Promise.all(page.keys.map((key) => contents(store, bucket, key, text)))),
    ...page.prefixes.map((prefix) => element('CommonPrefixes', element('Prefix', text(prefix)))),
    '</ListBucketResult>',
  ].join('');
}

async function contents(
  store: ObjectStore,
  bucket: string,
  key: string,
  text: (value: string) => string,
): Promise<string> {
  const info = await store.info(bucket, key);
  // Deleted since the keys were read.
  if (info === undefined) return '';
  const modified = new Date(info.last_modified).toISOString();
  return `<Contents><Key>${text(key)}</Key><LastModified>${modified}</LastModified><ETag>&quot;${info.etag}&quot;</ETag><Size>${info.bytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
}

function tokenAfter(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function afterToken(token: string): string {
  const key = Buffer.from(token, 'base64url').toString('utf8');
  if (tokenAfter(key) !== token)
    throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect');
  return key;
}
