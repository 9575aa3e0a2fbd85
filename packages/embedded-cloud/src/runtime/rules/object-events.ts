import type { AwsCall } from '../../gateway/types.ts';
import { readFormKey } from '../../services/s3/post-object.ts';
import type { S3 } from '../../services/s3/s3.ts';

/** An object that was created in a bucket. */
export interface CreatedObject {
  bucket: string;
  key: string;
  size: number;
  etag: string;
  /** The name of the S3 action that created the object. */
  reason: string;
}

/**
 * The actions that create objects, with the names that events give them.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
const REASONS: Record<string, string> = {
  PutObject: 'PutObject',
  PostObject: 'POST Object',
  CopyObject: 'CopyObject',
  CompleteMultipartUpload: 'CompleteMultipartUpload',
};

/** Wraps S3 so that `onCreated` is called with each created object after the object is durable. */
export function withObjectEvents(s3: S3, onCreated: (object: CreatedObject) => void): S3 {
  return {
    ...s3,
    async handle(call) {
      const reply = await s3.handle(call);
      const reason = REASONS[call.action];
      if (reply.status < 300 && reason !== undefined) {
        const object = await describeCreated(s3, call, reason);
        if (object !== undefined) onCreated(object);
      }
      return reply;
    },
  };
}

async function describeCreated(
  s3: S3,
  { form, ...call }: AwsCall,
  reason: string,
): Promise<CreatedObject | undefined> {
  const path = form === undefined ? call.path : pathOf(call.path, readFormKey(form));
  const { status, headers } = await s3.handle({
    ...call,
    path,
    action: 'HeadObject',
    method: 'HEAD',
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.alloc(0),
  });
  if (status !== 200) return undefined;
  const [, bucket = '', key = ''] = /^\/([^/]+)\/(.*)$/s.exec(path) ?? [];
  return {
    bucket,
    key: decodeURIComponent(key),
    size: Number(headers['content-length']),
    etag: String(headers.etag).replaceAll('"', ''),
    reason,
  };
}

/** Returns the path of an object that a form has uploaded to the path of its bucket. */
function pathOf(bucket_path: string, key: string): string {
  return `${bucket_path.replace(/\/$/, '')}/${key.split('/').map(encodeURIComponent).join('/')}`;
}
