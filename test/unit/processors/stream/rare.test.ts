import { expect, it } from 'vitest';
import { createOnDemand } from '../../../../processors/stream/rare/compose.ts';
import { ServiceError } from '../../../../schemas/index.ts';

it('a rare store that could not be loaded fails as a service does, and is loaded the next time', async () => {
  let tries = 0;
  const store = createOnDemand('s3', async () => {
    tries += 1;
    if (tries === 1) throw new Error('EMFILE');
    return 'the store';
  });
  const failure = await store().catch((cause: unknown) => cause);
  expect(failure).toBeInstanceOf(ServiceError);
  expect(failure).toMatchObject({ service: 's3', code: 'ModuleNotLoaded', retryable: true });
  expect(await Promise.all([store(), store()])).toEqual(['the store', 'the store']);
  expect(tries).toBe(2);
});
