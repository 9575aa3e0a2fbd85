import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { SignUpload, Upload } from '../../api/ports.ts';
import { createClient } from '../clients.ts';
import { callService } from '../errors.ts';
import { openSession } from '../sts/session.ts';

interface UploadSignerDeps {
  bucket_name: string;
  /** Role that may put the objects, and that the caller may assume. */
  role_arn: string;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * Creates the function that signs uploads. A signature is valid no longer than the session that made
 * it. So the function opens a session for each upload, and returns the end of the session if that
 * comes first.
 */
export function createUploadSigner({ bucket_name, role_arn, now }: UploadSignerDeps): SignUpload {
  const sts = createClient(STSClient);
  return async (upload) => {
    const { ttl_seconds } = upload;
    const session = await openSession(sts, { role_arn, name: 'upload', ttl_seconds });
    const client = createClient(S3Client, {
      // The checksum of an upload is not known when the upload is signed.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      credentials: session.credentials,
    });
    // A signature has whole seconds. The form is signed later than the URL, and so expires no earlier.
    const signed_at = Math.floor(now() / 1_000) * 1_000;
    const url = await signPut(client, bucket_name, upload, new Date(signed_at));
    const form = await signForm(client, bucket_name, upload);
    const expires_at = Math.min(signed_at + ttl_seconds * 1_000, session.ends_at);
    return { url, form, expires_at: new Date(expires_at).toISOString() };
  };
}

/**
 * Signs the URL of a PUT with its content-length. The signature leaves the content type open, because
 * `curl -T` sends none.
 */
function signPut(
  client: S3Client,
  Bucket: string,
  { key, size_bytes, ttl_seconds }: Upload,
  signingDate: Date,
): Promise<string> {
  const command = new PutObjectCommand({ Bucket, Key: key, ContentLength: size_bytes });
  return callService('s3', () =>
    getSignedUrl(client, command, {
      expiresIn: ttl_seconds,
      signingDate,
      signableHeaders: new Set(['content-length', 'host']),
    }),
  );
}

/** Signs the form of a POST, whose policy limits the size of the file from both sides. */
function signForm(
  client: S3Client,
  Bucket: string,
  { key, content_type, size_bytes, ttl_seconds }: Upload,
) {
  return callService('s3', () =>
    createPresignedPost(client, {
      Bucket,
      Key: key,
      Fields: { 'Content-Type': content_type },
      Conditions: [['content-length-range', size_bytes, size_bytes]],
      Expires: ttl_seconds,
    }),
  );
}
