import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { JobInputs } from '../../ingest/submission/ports.ts';
import { createClient } from '../clients.ts';
import { httpStatus, translateError } from '../errors.ts';
import { openBucket } from './bucket.ts';

const NOT_FOUND = 404;
const PRECONDITION_FAILED = 412;
const RANGE_NOT_SATISFIABLE = 416;

export interface JobInputsDeps {
  client?: S3Client;
  bucket_name: string;
  /** Creates the error that a read throws if the object has been replaced or deleted. */
  createChangedError: () => Error;
}

/** Creates a client for the inputs of jobs in an S3 bucket. */
export function createJobInputs(deps: JobInputsDeps): JobInputs {
  const client = deps.client ?? createClient(S3Client);
  const Bucket = deps.bucket_name;
  const bucket = openBucket({ client, bucket_name: Bucket });
  return {
    put: bucket.put,
    delete: bucket.delete,
    async head(Key) {
      try {
        const { ETag, ContentLength } = await client.send(new HeadObjectCommand({ Bucket, Key }));
        return { etag: removeQuotes(ETag), bytes: ContentLength ?? 0 };
      } catch (cause) {
        if (httpStatus(cause) === NOT_FOUND) return undefined;
        throw translateError('s3', cause);
      }
    },
    async *read(Key, { etag, from }) {
      const Range = from === 0 ? {} : { Range: `bytes=${from}-` };
      const command = new GetObjectCommand({ Bucket, Key, IfMatch: `"${etag}"`, ...Range });
      try {
        const { Body } = await client.send(command);
        yield* Body as AsyncIterable<Buffer>;
      } catch (cause) {
        const status = httpStatus(cause);
        // S3 returns this status if the offset is the end of the object. All bytes have then been
        // read.
        if (status === RANGE_NOT_SATISFIABLE) return;
        if (status === PRECONDITION_FAILED || status === NOT_FOUND) throw deps.createChangedError();
        throw translateError('s3', cause);
      }
    },
  };
}

function removeQuotes(etag = ''): string {
  return etag.replaceAll('"', '');
}
