import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { JobInputs } from '../../ingest/submission/ports.ts';
import { PATIENCE, quiet, serviceError } from '../clients.ts';

/** The inputs of jobs in an S3 bucket. @param deps.changed what to throw where an object is another. */
export function createJobInputs(deps: {
  client?: S3Client;
  bucket_name: string;
  changed: () => Error;
}): JobInputs {
  // The SDK's own checksum would have to be known when the URL is made.
  const client =
    deps.client ??
    quiet(new S3Client({ requestHandler: PATIENCE, requestChecksumCalculation: 'WHEN_REQUIRED' }));
  const Bucket = deps.bucket_name;
  return {
    async put(Key, Body, ContentType) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType })).catch(rethrow);
    },
    async head(Key) {
      try {
        const { ETag, ContentLength } = await client.send(new HeadObjectCommand({ Bucket, Key }));
        return { etag: unquoted(ETag), bytes: ContentLength ?? 0 };
      } catch (cause) {
        if (statusOf(cause) === 404) return undefined;
        return rethrow(cause);
      }
    },
    async *read(Key, { etag, from }) {
      const Range = from === 0 ? {} : { Range: `bytes=${from}-` };
      const IfMatch = `"${etag}"`;
      try {
        const { Body } = await client.send(
          new GetObjectCommand({ Bucket, Key, IfMatch, ...Range }),
        );
        yield* Body as AsyncIterable<Buffer>;
      } catch (cause) {
        const status = statusOf(cause);
        // Nothing is left behind the offset: all was read.
        if (status === 416) return;
        if (status === 412 || status === 404) throw deps.changed();
        rethrow(cause);
      }
    },
    presignPut: (Key, ContentType, ttl_seconds) =>
      getSignedUrl(client, new PutObjectCommand({ Bucket, Key, ContentType }), {
        expiresIn: ttl_seconds,
        signableHeaders: new Set(['content-type', 'host']),
      }),
  };
}

function statusOf(cause: unknown): number | undefined {
  return (cause as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

function unquoted(etag = ''): string {
  return etag.replaceAll('"', '');
}

function rethrow(cause: unknown): never {
  throw serviceError('s3', cause);
}
