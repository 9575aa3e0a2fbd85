import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { TextClaimStore } from '../../ingest/ports.ts';
import type { TextClaims } from '../../processors/stream/ports.ts';
import { ServiceError } from '../../schemas/index.ts';
import { PATIENCE, quiet, serviceError } from '../clients.ts';

/** Texts that are too long for the stream, by their hash, each tenant's under its own name. */
export function createTextClaims(deps: {
  client?: Pick<S3Client, 'send'>;
  bucket_name: string;
}): TextClaimStore & TextClaims {
  const client = deps.client ?? quiet(new S3Client({ requestHandler: PATIENCE }));
  const Bucket = deps.bucket_name;
  const keyOf = (tenant: string, sha256: string) => `claims/${tenant}/${sha256}`;
  const failed = (cause: unknown): never => {
    throw serviceError('s3', cause);
  };
  return {
    async put(tenant, text) {
      const sha256 = createHash('sha256').update(text).digest('hex');
      const Key = keyOf(tenant, sha256);
      const ContentType = 'text/plain; charset=utf-8';
      await client
        .send(new PutObjectCommand({ Bucket, Key, Body: text, ContentType }))
        .catch(failed);
      return sha256;
    },
    async get(tenant, sha256) {
      const Key = keyOf(tenant, sha256);
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key })).catch(failed);
        return await Body!.transformToString('utf-8').catch(failed);
      } catch (error) {
        if (error instanceof ServiceError && error.code === 'NoSuchKey') return undefined;
        throw error;
      }
    },
  };
}
