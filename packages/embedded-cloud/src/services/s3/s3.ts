import { randomUUID } from 'node:crypto';
import { rethrowDiskFull } from '../../full-disk.ts';
import type { AwsCall, AwsReply, AwsService } from '../../gateway/types.ts';
import { findAction } from './action.ts';
import { createBucket, getBucketLocation, headBucket, listBuckets } from './buckets.ts';
import { addCorsHeaders, answerPreflight, type CorsRule, hasCorsRule } from './cors.ts';
import { deleteObject, deleteObjects } from './delete.ts';
import { createErrorReply, createS3ErrorReply, S3Error } from './errors.ts';
import { listObjects } from './list-objects.ts';
import { listVersions } from './list-versions.ts';
import {
  getLockConfiguration,
  getRetention,
  putLockConfiguration,
  putRetention,
} from './lock-actions.ts';
import { abortUpload, completeUpload, createUpload, uploadPart } from './multipart.ts';
import { findPermissions } from './permissions.ts';
import { postObject } from './post-object.ts';
import { getObject, headObject } from './read-object.ts';
import { readRequest, type S3Request } from './request.ts';
import { createObjectStore } from './store.ts';
import { createUploads } from './uploads.ts';
import type { LockConfiguration } from './versions.ts';
import { copyObject, putObject } from './write-object.ts';

export interface S3 extends AwsService {
  /** Creates a bucket. An existing bucket is not changed. @throws {S3Error} InvalidBucketName */
  createBucket(name: string): Promise<void>;
  /** Sets the CORS rules of a bucket. */
  setCorsRules(bucket: string, rules: CorsRule[]): void;
  /** Gives a bucket an object lock, or changes the retention of new objects. */
  setObjectLock(bucket: string, lock: LockConfiguration): Promise<void>;
}

type Action = (request: S3Request) => Promise<AwsReply>;

/**
 * Emulates S3 with path-style addresses. The buckets and objects are stored in a folder. Each
 * object is a plain file at `<dataDir>/<bucket>/<key>`, so that other programs can read the object.
 * The metadata of the object is in `<dataDir>/.meta/<bucket>/<key>.json`. Objects are replaced
 * atomically. Tags, ACLs, encryption and UploadPartCopy are not emulated. Buckets with an object lock
 * keep all versions, and take them only with PutObject; other buckets keep none. The gateway verifies
 * signatures and the lifetimes of presigned URLs.
 *
 * @param deps.now returns the current time in epoch milliseconds
 *
 * @example
 * const s3 = createS3({ dataDir: 'data/s3', now: Date.now });
 * await s3.createBucket('inputs');
 * const client = new S3Client(clientConfig((await serveService(s3)).endpoint));
 */
export function createS3(deps: { dataDir: string; now: () => number }): S3 {
  const { now } = deps;
  const store = createObjectStore(deps.dataDir);
  const multipart = { store, uploads: createUploads(deps.dataDir), now };
  const actions: Record<string, Action> = {
    ListBuckets: () => listBuckets(store),
    CreateBucket: (request) => createBucket(store, request),
    HeadBucket: ({ bucket }) => headBucket(store, bucket),
    GetBucketLocation: ({ bucket }) => getBucketLocation(store, bucket),
    ListObjectsV2: (request) => listObjects(store, request),
    GetObject: (request) => getObject(store, request),
    HeadObject: (request) => headObject(store, request),
    PutObject: (request) => putObject(store, request, now()),
    PostObject: (request) => postObject(store, request, now()),
    CopyObject: (request) => copyObject(store, request, now()),
    DeleteObject: (request) => deleteObject(store, request, now()),
    DeleteObjects: (request) => deleteObjects(store, request, now()),
    ListObjectVersions: (request) => listVersions(store, request),
    GetObjectLockConfiguration: (request) => getLockConfiguration(store, request),
    PutObjectLockConfiguration: (request) => putLockConfiguration(store, request),
    GetObjectRetention: (request) => getRetention(store, request),
    PutObjectRetention: (request) => putRetention(store, request, now()),
    CreateMultipartUpload: (request) => createUpload(multipart, request),
    UploadPart: (request) => uploadPart(multipart, request),
    CompleteMultipartUpload: (request) => completeUpload(multipart, request),
    AbortMultipartUpload: (request) => abortUpload(multipart, request),
  };

  const cors = new Map<string, CorsRule[]>();
  const rulesOf = (path: string) => cors.get(path.split('/')[1] ?? '');

  return {
    service: 's3',
    actionOf: findAction,
    permissionsOf: findPermissions,
    handle: async (call) =>
      addCorsHeaders(rulesOf(call.path), call, await handleCall(actions, call)),
    hasCorsRule: (request) => hasCorsRule(rulesOf(request.path), request),
    answerPreflight: (request) => answerPreflight(rulesOf(request.path), request),
    errorReply: (status, code, message) => createErrorReply(status, code, message),
    createBucket: (name) => store.createBucket(name),
    setObjectLock: (bucket, lock) => store.setLock(bucket, lock),
    setCorsRules: (bucket, rules) => void cors.set(bucket, rules),
    close: async () => undefined,
  };
}

async function handleCall(actions: Record<string, Action>, call: AwsCall): Promise<AwsReply> {
  try {
    const action = actions[call.action];
    if (action === undefined) throw new S3Error('NotImplemented');
    const reply = await action(readRequest(call));
    return { ...reply, headers: { 'x-amz-request-id': randomUUID(), ...reply.headers } };
  } catch (error) {
    rethrowDiskFull(error);
    const known = error instanceof S3Error ? error : new S3Error('InternalError');
    return createS3ErrorReply(known, call.method);
  }
}
