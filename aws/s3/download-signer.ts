import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { SignDownloads } from '../../api/ports.ts';
import { createClient } from '../clients.ts';
import { callService } from '../errors.ts';
import { openSession } from '../sts/session.ts';

/** Lifetime of a signed URL, in seconds. A download that has begun goes on after it. */
const TTL_SECONDS = 900;

interface DownloadSignerDeps {
  bucket_name: string;
  /** Role that may read the objects, and that the caller may assume. */
  role_arn: string;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/** Creates the function that signs downloads, all URLs of a call by one session. */
export function createDownloadSigner({
  bucket_name,
  role_arn,
  now,
}: DownloadSignerDeps): SignDownloads {
  const sts = createClient(STSClient);
  return async (keys) => {
    const session = await openSession(sts, {
      role_arn,
      name: 'download',
      ttl_seconds: TTL_SECONDS,
    });
    const client = createClient(S3Client, { credentials: session.credentials });
    const signed_at = Math.floor(now() / 1_000) * 1_000;
    const urls = keys.map((Key) =>
      callService('s3', () =>
        getSignedUrl(client, new GetObjectCommand({ Bucket: bucket_name, Key }), {
          ...{ expiresIn: TTL_SECONDS, signingDate: new Date(signed_at) },
        }),
      ),
    );
    const expires_at = Math.min(signed_at + TTL_SECONDS * 1_000, session.ends_at);
    return { urls: await Promise.all(urls), expires_at: new Date(expires_at).toISOString() };
  };
}
