import { expect, it } from 'vitest';
import type { DigestQuery } from '../../../../insight/digests/compute.ts';
import { digestPreviewSchema } from '../../../../schemas/index.ts';
import { aDigest } from '../../../support/digests.ts';
import { errorOf, testApi } from '../app.ts';

function createWorld() {
  const asked: DigestQuery[] = [];
  const world = testApi(undefined, {
    computeDigest: async (query) => {
      asked.push(query);
      return aDigest({ tenant: query.tenant });
    },
  });
  return { ...world, asked };
}

it('GET /digests/preview has the digest of the last week that is over, in each of its forms', async () => {
  const { request, asked } = createWorld();
  const response = await request('/digests/preview', {}, 'acme', ['read']);
  expect(response.status).toBe(200);
  const preview = digestPreviewSchema.parse(await response.json());
  expect(preview.html).toContain('<!doctype html>');
  expect(preview.chart_svg).toContain('<svg');
  expect(asked).toMatchObject([
    {
      ...{ tenant: 'acme', cadence: 'weekly', source: undefined },
      period: { from: '2026-11-16T00:00:00.000Z', to: '2026-11-23T00:00:00.000Z' },
    },
  ]);
});

it('GET /digests/preview asks for one source and a day, and refuses what is neither a day nor a week', async () => {
  const { request, asked } = createWorld();
  await request('/digests/preview?cadence=daily&source=app');
  expect(asked).toMatchObject([{ cadence: 'daily', source: 'app' }]);
  const response = await request('/digests/preview?cadence=hourly');
  expect((await errorOf(response)).code).toBe('VALIDATION_ERROR');
});

it('a digest with texts is in the audit trail as a read of texts', async () => {
  const { request, reads } = createWorld();
  await request('/digests/preview?source=app');
  expect(reads).toMatchObject([{ act: { act: 'read_digest', selectors: { source: 'app' } } }]);
});
