import type { AwsReply } from '../../gateway/types.ts';
import { createXmlReply, findXmlElements } from '../wire.ts';
import { S3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import {
  applyDefault,
  asksForRetention,
  bypassesGovernance,
  checkChange,
  type DefaultRetention,
  parseDefaultRetention,
  parseRetention,
  type Retention,
  readRetention,
} from './retention.ts';
import type { ObjectStore } from './store.ts';
import type { LockConfiguration, ObjectVersion } from './versions.ts';

const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/**
 * Determines the retention of an upload: that of its headers, otherwise the default of the bucket.
 * Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html,
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
 *
 * @throws {S3Error} InvalidRequest if the bucket has no object lock, or if an upload with a retention
 * has no checksum
 */
export async function chooseRetention(
  store: ObjectStore,
  { bucket, headers, checksums }: S3Request,
  now: number,
): Promise<Retention | undefined> {
  const lock = await store.readLock(bucket);
  if (lock === undefined) {
    if (asksForRetention(headers)) throw noLock();
    return undefined;
  }
  const retention = readRetention(headers, now) ?? applyLock(lock, now);
  const has_checksum = headers['content-md5'] !== undefined || Object.keys(checksums).length > 0;
  if (retention !== undefined && !has_checksum) {
    const message =
      'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters';
    throw new S3Error('InvalidRequest', message);
  }
  return retention;
}

/** Refuses a kind of upload to a bucket with an object lock. @throws {S3Error} NotImplemented */
export async function refuseLocked(store: ObjectStore, bucket: string): Promise<void> {
  if ((await store.readLock(bucket)) !== undefined) throw new S3Error('NotImplemented');
}

function applyLock({ default_retention }: LockConfiguration, now: number) {
  return default_retention === undefined ? undefined : applyDefault(default_retention, now);
}

/** Handles GetObjectLockConfiguration. @throws {S3Error} ObjectLockConfigurationNotFoundError */
export async function getLockConfiguration(
  store: ObjectStore,
  { bucket }: S3Request,
): Promise<AwsReply> {
  await store.requireBucket(bucket);
  const lock = await store.readLock(bucket);
  if (lock === undefined) throw new S3Error('ObjectLockConfigurationNotFoundError');
  return createXmlReply(
    200,
    `<ObjectLockConfiguration ${XMLNS}><ObjectLockEnabled>Enabled</ObjectLockEnabled>${writeRule(lock.default_retention)}</ObjectLockConfiguration>`,
  );
}

function writeRule(retention: DefaultRetention | undefined): string {
  if (retention === undefined) return '';
  const { mode, days } = retention;
  return `<Rule><DefaultRetention><Mode>${mode}</Mode><Days>${days}</Days></DefaultRetention></Rule>`;
}

/**
 * Handles PutObjectLockConfiguration, which changes the default retention. Versions that exist keep
 * their retention. A bucket that was created without an object lock cannot get one here.
 *
 * @throws {S3Error} InvalidBucketState, MalformedXML, InvalidArgument
 */
export async function putLockConfiguration(
  store: ObjectStore,
  { bucket, body }: S3Request,
): Promise<AwsReply> {
  await store.requireBucket(bucket);
  const xml = body.toString('utf8');
  if ((await store.readLock(bucket)) === undefined) throw new S3Error('InvalidBucketState');
  if (findXmlElements(xml, 'ObjectLockEnabled')[0] !== 'Enabled') throw new S3Error('MalformedXML');
  const [rule] = findXmlElements(xml, 'DefaultRetention');
  const lock = rule === undefined ? {} : { default_retention: readDefaultRetention(rule) };
  await store.setLock(bucket, lock);
  return { status: 200, headers: {}, body: '' };
}

function readDefaultRetention(xml: string): DefaultRetention {
  const [mode] = findXmlElements(xml, 'Mode');
  const number = (name: string) => {
    const [text] = findXmlElements(xml, name);
    return text === undefined ? undefined : Number(text);
  };
  return parseDefaultRetention({ mode, days: number('Days'), years: number('Years') });
}

/** Handles GetObjectRetention. @throws {S3Error} NoSuchKey, NoSuchObjectLockConfiguration */
export async function getRetention(store: ObjectStore, request: S3Request): Promise<AwsReply> {
  const { retention } = await findVersion(store, request);
  if (retention === undefined) throw new S3Error('NoSuchObjectLockConfiguration');
  const until = new Date(retention.retain_until).toISOString();
  return createXmlReply(
    200,
    `<Retention ${XMLNS}><Mode>${retention.mode}</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`,
  );
}

/**
 * Handles PutObjectRetention. An empty retention removes it.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectRetention.html
 *
 * @throws {S3Error} AccessDenied if the retention may not be changed, NoSuchKey, InvalidArgument
 */
export async function putRetention(
  store: ObjectStore,
  request: S3Request,
  now: number,
): Promise<AwsReply> {
  const { version_id } = await findVersion(store, request);
  const to = readNewRetention(request.body.toString('utf8'), now);
  const bypass = bypassesGovernance(request.headers);
  const { bucket, key } = request;
  void (await store.changeVersion(bucket, key, version_id, ({ retention, ...version }) => {
    checkChange(retention, to, { bypass, now });
    return { ...version, ...(to === undefined ? {} : { retention: to }) };
  }));
  return { status: 200, headers: {}, body: '' };
}

function readNewRetention(xml: string, now: number): Retention | undefined {
  const [mode] = findXmlElements(xml, 'Mode');
  const [until] = findXmlElements(xml, 'RetainUntilDate');
  if (mode === undefined && until === undefined) return undefined;
  if (mode === undefined || until === undefined) throw new S3Error('MalformedXML');
  return parseRetention(mode, until, now);
}

async function findVersion(
  store: ObjectStore,
  { bucket, key, query }: S3Request,
): Promise<ObjectVersion> {
  await store.requireBucket(bucket);
  if ((await store.readLock(bucket)) === undefined) throw noLock();
  const versions = await store.readVersions(bucket, key);
  const wanted = query.get('versionId');
  const version = wanted === null ? versions[0] : versions.find((one) => one.version_id === wanted);
  if (version === undefined) throw new S3Error(wanted === null ? 'NoSuchKey' : 'NoSuchVersion');
  if (version.is_delete_marker) throw new S3Error('MethodNotAllowed');
  return version;
}

function noLock(): S3Error {
  return new S3Error('InvalidRequest', 'Bucket is missing Object Lock Configuration');
}
