import type { CallbackQueue } from '../../../jobs/ports.ts';
import { type ConsumerEnvironment, ServiceError } from '../../../schemas/index.ts';
import type { SetAsides, TextClaims } from '../ports.ts';

/*
 * What most batches have no use for: bad records, long texts, jobs that end. The clients of S3 and SQS are a third of
 * the bundle, so a cold start does without them, and the first batch that needs one loads it.
 */

export function createRareSetAsides({ SET_ASIDE_BUCKET }: ConsumerEnvironment): SetAsides {
  const store = once('s3', async () => {
    const { createSetAsideBucket } = await import('../../../aws/s3/set-aside-bucket.ts');
    return createSetAsideBucket({ bucket_name: SET_ASIDE_BUCKET });
  });
  return {
    put: async (set_asides) => (set_asides.length === 0 ? [] : (await store()).put(set_asides)),
  };
}

export function createRareClaims({ INPUT_BUCKET }: ConsumerEnvironment): TextClaims {
  const claims = once('s3', async () => {
    const { createTextClaims } = await import('../../../aws/s3/text-claims.ts');
    return createTextClaims({ bucket_name: INPUT_BUCKET });
  });
  return { get: async (tenant, sha256) => (await claims()).get(tenant, sha256) };
}

export function createRareCallbacks({ CALLBACK_QUEUE_URL }: ConsumerEnvironment): CallbackQueue {
  const queue = once('sqs', async () => {
    const { createCallbackQueue } = await import('../../../aws/sqs/queues.ts');
    return createCallbackQueue({ queue_url: CALLBACK_QUEUE_URL });
  });
  return {
    send: async (message, delay_seconds) => (await queue()).send(message, delay_seconds),
  };
}

/**
 * Made at its first use. One that could not be loaded fails what asked for it, as a service that is down does, and is
 * loaded anew the next time.
 */
export function once<Value>(service: string, make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make().catch((cause: unknown) => {
      made = undefined;
      throw new ServiceError(service, 'ModuleNotLoaded', { retryable: true, cause });
    });
    return made;
  };
}
