import type { AwsReply } from '../../gateway/types.ts';
import { createXmlReply, escapeXml } from '../wire.ts';
import { S3Error } from './errors.ts';
import { readMaxKeys } from './list-objects.ts';
import type { S3Request } from './request.ts';
import type { ObjectStore } from './store.ts';
import type { ObjectVersion } from './versions.ts';

interface ListedVersion extends ObjectVersion {
  key: string;
  is_latest: boolean;
}

/**
 * Handles ListObjectVersions: all versions and delete markers by key, the latest version of a key first.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
 *
 * @throws {S3Error} NoSuchBucket, InvalidArgument, NotImplemented for a delimiter
 */
export async function listVersions(store: ObjectStore, request: S3Request): Promise<AwsReply> {
  const { bucket, query } = request;
  await store.requireBucket(bucket);
  if ((query.get('delimiter') ?? '') !== '') throw new S3Error('NotImplemented');
  const prefix = query.get('prefix') ?? '';
  const most = readMaxKeys(query.get('max-keys'));
  const rest = skipTo(await readAll(store, bucket, prefix), query);
  const page = rest.slice(0, most);
  const is_truncated = rest.length > page.length;
  const is_url_encoded = query.get('encoding-type') === 'url';
  const writeKey = (key: string) =>
    escapeXml(is_url_encoded ? encodeURIComponent(key).replaceAll('%2F', '/') : key);
  const last = page.at(-1);
  const markers =
    is_truncated && last !== undefined
      ? `<NextKeyMarker>${writeKey(last.key)}</NextKeyMarker><NextVersionIdMarker>${last.version_id}</NextVersionIdMarker>`
      : '';
  return createXmlReply(
    200,
    '<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
      `<Name>${escapeXml(bucket)}</Name><Prefix>${writeKey(prefix)}</Prefix><MaxKeys>${most}</MaxKeys>` +
      (is_url_encoded ? '<EncodingType>url</EncodingType>' : '') +
      `<IsTruncated>${is_truncated}</IsTruncated>${markers}` +
      `${page.map((version) => writeVersion(version, writeKey)).join('')}</ListVersionsResult>`,
  );
}

/** Lists all versions. An object of a bucket that keeps no versions has the version `null`. */
async function readAll(
  store: ObjectStore,
  bucket: string,
  prefix: string,
): Promise<ListedVersion[]> {
  if ((await store.readLock(bucket)) !== undefined) {
    const keys = await store.listVersions(bucket, prefix);
    return keys.flatMap(({ key, versions }) =>
      versions.map((version, i) => ({ ...version, key, is_latest: i === 0 })),
    );
  }
  const keys = await store.listKeys(bucket, prefix, '');
  const infos = await Promise.all(keys.map((key) => store.readInfo(bucket, key)));
  return keys.flatMap((key, i) => {
    const info = infos[i];
    if (info === undefined) return [];
    const { last_modified } = info;
    const version = { version_id: 'null', is_delete_marker: false, last_modified, info };
    return [{ ...version, key, is_latest: true }];
  });
}

/** Returns the versions after those that the markers of the request name. */
function skipTo(all: ListedVersion[], query: URLSearchParams): ListedVersion[] {
  const key_marker = query.get('key-marker') ?? '';
  const version_marker = query.get('version-id-marker') ?? '';
  if (version_marker !== '' && key_marker === '') {
    throw new S3Error(
      'InvalidArgument',
      'A version-id marker cannot be specified without a key marker.',
    );
  }
  if (key_marker === '') return all;
  const start = all.findIndex(({ key }) => key > key_marker);
  const after = start < 0 ? [] : all.slice(start);
  if (version_marker === '') return after;
  const same = all.filter(({ key }) => key === key_marker);
  const at = same.findIndex(({ version_id }) => version_id === version_marker);
  return [...(at < 0 ? [] : same.slice(at + 1)), ...after];
}

function writeVersion(version: ListedVersion, writeKey: (key: string) => string): string {
  const { key, version_id, is_latest, is_delete_marker, last_modified, info } = version;
  const name = is_delete_marker ? 'DeleteMarker' : 'Version';
  const content =
    info === undefined
      ? ''
      : `<ETag>&quot;${info.etag}&quot;</ETag><Size>${info.bytes}</Size><StorageClass>STANDARD</StorageClass>`;
  return `<${name}><Key>${writeKey(key)}</Key><VersionId>${version_id}</VersionId><IsLatest>${is_latest}</IsLatest><LastModified>${new Date(last_modified).toISOString()}</LastModified>${content}</${name}>`;
}
