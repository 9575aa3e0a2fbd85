import { isUploadForm } from '../../gateway/upload-form.ts';
import { parseAddress } from './request.ts';

/** The parts of an HTTP request that determine the S3 action. */
export interface IncomingRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
}

/** Query parameters of S3 features that are not emulated. */
const UNSUPPORTED_QUERIES = new Set(
  (
    'accelerate acl analytics attributes cors encryption intelligent-tiering inventory legal-hold lifecycle logging ' +
    'metrics notification ownershipControls policy policyStatus publicAccessBlock replication ' +
    'requestPayment restore select tagging torrent versioning website'
  ).split(' '),
);

/**
 * Name of every action that is not emulated. The reply to such an action is NotImplemented.
 */
const UNSUPPORTED = 'Unsupported';

/** Finds the S3 action of a path-style request from its method, path and query. */
export function findAction(request: IncomingRequest): string {
  if (isUploadForm(request) && request.query.size === 0) return 'PostObject';
  const { method, path, query, headers } = request;
  if ([...query.keys()].some((name) => UNSUPPORTED_QUERIES.has(name))) return UNSUPPORTED;
  const { bucket, key } = readAddress(path);
  if (bucket === '') return method === 'GET' ? 'ListBuckets' : UNSUPPORTED;
  return (
    (key === '' ? findBucketAction(method, query) : findObjectAction(method, query, headers)) ??
    UNSUPPORTED
  );
}

const LOCK_ACTIONS: Record<string, string> = {
  GET: 'GetObjectLockConfiguration',
  PUT: 'PutObjectLockConfiguration',
};
const RETENTION_ACTIONS: Record<string, string> = {
  GET: 'GetObjectRetention',
  PUT: 'PutObjectRetention',
};

function findBucketAction(method: string, query: URLSearchParams): string | undefined {
  if (query.has('object-lock')) return LOCK_ACTIONS[method];
  if (query.has('versions')) return method === 'GET' ? 'ListObjectVersions' : undefined;
  if (method === 'PUT') return 'CreateBucket';
  if (method === 'HEAD') return 'HeadBucket';
  if (method === 'POST' && query.has('delete')) return 'DeleteObjects';
  if (method === 'GET' && query.has('location')) return 'GetBucketLocation';
  if (method === 'GET' && query.get('list-type') === '2') return 'ListObjectsV2';
  return undefined;
}

function findObjectAction(
  method: string,
  query: URLSearchParams,
  headers: Record<string, string>,
): string | undefined {
  if (query.has('retention')) return RETENTION_ACTIONS[method];
  const has_upload = query.has('uploadId');
  const is_copy = headers['x-amz-copy-source'] !== undefined;
  if (method === 'PUT' && has_upload) return is_copy ? undefined : 'UploadPart';
  if (method === 'PUT') return is_copy ? 'CopyObject' : 'PutObject';
  if (method === 'POST' && query.has('uploads')) return 'CreateMultipartUpload';
  if (method === 'POST' && has_upload) return 'CompleteMultipartUpload';
  if (method === 'DELETE') return has_upload ? 'AbortMultipartUpload' : 'DeleteObject';
  if (method === 'GET' && !has_upload) return 'GetObject';
  return method === 'HEAD' ? 'HeadObject' : undefined;
}

function readAddress(path: string): { bucket: string; key: string } {
  try {
    return parseAddress(path);
  } catch {
    // The path is not a valid URI. A placeholder is returned, because the action itself parses the
    // path again and replies with InvalidURI.
    return { bucket: '-', key: '-' };
  }
}
