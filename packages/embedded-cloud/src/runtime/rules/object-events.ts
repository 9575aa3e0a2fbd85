import type { AwsCall } from '../../gateway/types.ts';
import type { S3 } from '../../services/s3/s3.ts';

/** An object that was created in a bucket. */
export interface CreatedObject {
  bucket: string;
  key: string;
  size: number;
  etag: string;
  /** The S3 action that created the object. */
  reason: string;
}

const CREATING_ACTIONS = new Set(['PutObject', 'CopyObject', 'CompleteMultipartUpload']);

/** Wraps S3 so that `onCreated` is called with each created object after the object is durable. */
export function withObjectEvents(s3: S3, onCreated: (object: CreatedObject) => void): S3 {
  return {
    ...s3,
    async handle(call) {
      const reply = await s3.handle(call);
      if (reply.status === 200 && CREATING_ACTIONS.has(call.action)) {
        const object = await describeCreated(s3, call);
        if (object !== undefined) onCreated(object);
      }
      return reply;
    },
  };
}

async function describeCreated(s3: S3, call: AwsCall): Promise<CreatedObject | undefined> {
  const { status, headers } = await s3.handle({
    ...call,
    action: 'HeadObject',
    method: 'HEAD',
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.alloc(0),
  });
  if (status !== 200) return undefined;
  const [, bucket = '', key = ''] = /^\/([^/]+)\/(.*)$/s.exec(call.path) ?? [];
  return {
    bucket,
    key: decodeURIComponent(key),
    size: Number(headers['content-length']),
    etag: String(headers.etag).replaceAll('"', ''),
    reason: call.action,
  };
}
