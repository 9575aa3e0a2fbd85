import { addressOf } from './request.ts';

/** A request before anybody has asked what it means. */
export interface Addressed {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
}

/** Query names that turn a request into one about something else than bytes, keys and uploads. */
const ELSEWHERE = new Set(
  (
    'accelerate acl analytics attributes cors encryption intelligent-tiering inventory legal-hold lifecycle logging ' +
    'metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock replication ' +
    'requestPayment restore retention select tagging torrent versioning versions website'
  ).split(' '),
);

/** What the embedded cloud does not play: answered with NotImplemented. */
export const UNSUPPORTED = 'Unsupported';

/** Names the S3 action of a path-style request: S3 says it by method, path and query. */
export function actionOf({ method, path, query, headers }: Addressed): string {
  if ([...query.keys()].some((name) => ELSEWHERE.has(name))) return UNSUPPORTED;
  const { bucket, key } = address(path);
  if (bucket === '') return method === 'GET' ? 'ListBuckets' : UNSUPPORTED;
  return (
    (key === '' ? bucketAction(method, query) : objectAction(method, query, headers)) ?? UNSUPPORTED
  );
}

function bucketAction(method: string, query: URLSearchParams): string | undefined {
  if (method === 'PUT') return 'CreateBucket';
  if (method === 'HEAD') return 'HeadBucket';
  if (method === 'POST' && query.has('delete')) return 'DeleteObjects';
  if (method === 'GET' && query.has('location')) return 'GetBucketLocation';
  if (method === 'GET' && query.get('list-type') === '2') return 'ListObjectsV2';
  return undefined;
}

function objectAction(
  method: string,
  query: URLSearchParams,
  headers: Record<string, string>,
): string | undefined {
  const upload = query.has('uploadId');
  const copy = headers['x-amz-copy-source'] !== undefined;
  if (method === 'PUT' && upload) return copy ? undefined : 'UploadPart';
  if (method === 'PUT') return copy ? 'CopyObject' : 'PutObject';
  if (method === 'POST' && query.has('uploads')) return 'CreateMultipartUpload';
  if (method === 'POST' && upload) return 'CompleteMultipartUpload';
  if (method === 'DELETE') return upload ? 'AbortMultipartUpload' : 'DeleteObject';
  if (method === 'GET' && !upload) return 'GetObject';
  return method === 'HEAD' ? 'HeadObject' : undefined;
}

function address(path: string): { bucket: string; key: string } {
  try {
    return addressOf(path);
  } catch {
    // Not a URI: the action's own reading will say so.
    return { bucket: '-', key: '-' };
  }
}
