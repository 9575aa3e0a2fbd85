import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { CreateUploadUrl } from '../../api/ports.ts';
import { createClient } from '../clients.ts';
import { callService, requireField } from '../errors.ts';

/** Shortest session of STS, in seconds. Source: AssumeRole in the STS API reference. */
const SHORTEST_SESSION_SECONDS = 900;

interface UploadUrlDeps {
  bucket_name: string;
  /** Role that may put the objects, and that the caller may assume. */
  role_arn: string;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * Creates the function that signs upload URLs. A URL dies with the session that signed it. So the
 * function opens a session for each URL, and returns the end of the session if that comes first.
 */
export function createUploadUrls({ bucket_name, role_arn, now }: UploadUrlDeps): CreateUploadUrl {
  const sts = createClient(STSClient);
  return async (Key, ContentType, ttl_seconds) => {
    const command = new AssumeRoleCommand({
      RoleArn: role_arn,
      RoleSessionName: 'upload',
      DurationSeconds: Math.max(SHORTEST_SESSION_SECONDS, ttl_seconds),
    });
    const { Credentials } = await callService('sts', () => sts.send(command));
    const session = requireField('sts', 'Credentials', Credentials);
    const client = createClient(S3Client, {
      // The checksum of an upload is not known when its URL is signed.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      credentials: {
        accessKeyId: requireField('sts', 'AccessKeyId', session.AccessKeyId),
        secretAccessKey: requireField('sts', 'SecretAccessKey', session.SecretAccessKey),
        sessionToken: requireField('sts', 'SessionToken', session.SessionToken),
      },
    });
    // A signature has whole seconds.
    const signed_at = Math.floor(now() / 1_000) * 1_000;
    const url = await callService('s3', () =>
      getSignedUrl(client, new PutObjectCommand({ Bucket: bucket_name, Key, ContentType }), {
        expiresIn: ttl_seconds,
        signingDate: new Date(signed_at),
        signableHeaders: new Set(['content-type', 'host']),
      }),
    );
    const session_end = requireField('sts', 'Expiration', session.Expiration).getTime();
    const expires_at = Math.min(signed_at + ttl_seconds * 1_000, session_end);
    return { url, expires_at: new Date(expires_at).toISOString() };
  };
}
