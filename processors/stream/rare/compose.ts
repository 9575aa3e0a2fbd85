import type { CallbackQueue } from '../../../jobs/ports.ts';
import { type ConsumerEnvironment, ServiceError } from '../../../schemas/index.ts';
import type { RestoreKey } from '../decode-batch.ts';
import type { SetAsides, TextClaims } from '../ports.ts';

/*
 * This file creates the clients that few batches need. The clients are for bad records, long texts,
 * restored records, and jobs that end. The code of the S3 and SQS clients is a third of the bundle. A cold start does
 * not load this code. The first batch that needs a client loads the code of the client.
 */

export function createRareSetAsides({ SET_ASIDE_BUCKET }: ConsumerEnvironment): SetAsides {
  const store = createOnDemand('s3', async () => {
    const { createSetAsideBucket } = await import('../../../aws/s3/set-aside-bucket.ts');
    return createSetAsideBucket({ bucket_name: SET_ASIDE_BUCKET });
  });
  return {
    put: async (set_asides) => (set_asides.length === 0 ? [] : (await store()).put(set_asides)),
  };
}

export function createRareClaims({ INPUT_BUCKET }: ConsumerEnvironment): TextClaims {
  const claims = createOnDemand('s3', async () => {
    const { createTextClaims } = await import('../../../aws/s3/text-claims.ts');
    return createTextClaims({ bucket_name: INPUT_BUCKET });
  });
  return { get: async (tenant, sha256) => (await claims()).get(tenant, sha256) };
}

export function createRareRestoreKey({ RESTORE_KEY_ARN }: ConsumerEnvironment): RestoreKey {
  const secret = createOnDemand('secretsmanager', async () => {
    const { createSecret } = await import('../../../aws/secrets-manager/secrets.ts');
    return createSecret({ secret_id: RESTORE_KEY_ARN });
  });
  return async () => (await secret())();
}

export function createRareCallbacks({ CALLBACK_QUEUE_URL }: ConsumerEnvironment): CallbackQueue {
  const queue = createOnDemand('sqs', async () => {
    const { createCallbackQueue } = await import('../../../aws/sqs/queues.ts');
    return createCallbackQueue({ queue_url: CALLBACK_QUEUE_URL });
  });
  return {
    send: async (message, delay_seconds) => (await queue()).send(message, delay_seconds),
  };
}

/**
 * Returns a function that creates a value at the first call, and returns the same value at later
 * calls. If the module of the value cannot be loaded, the call throws a retryable error. The next
 * call tries to load the module again.
 */
export function createOnDemand<Value>(
  service: string,
  make: () => Promise<Value>,
): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make().catch((cause: unknown) => {
      made = undefined;
      throw new ServiceError(service, 'ModuleNotLoaded', { retryable: true, cause });
    });
    return made;
  };
}
