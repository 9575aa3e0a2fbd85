import { expect, it } from 'vitest';
import type { DigestQuery } from '../../../../insight/digests/compute.ts';
import { digestPreviewSchema, MAX_DIGESTS } from '../../../../schemas/index.ts';
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

const INPUT = {
  ...{ name: 'weekly', cadence: 'weekly' },
  to: [{ kind: 'webhook', url: 'https://hooks.example/very-secret' }],
};

function createStored() {
  const world = testApi();
  const send = (method: string, path: string, body?: unknown, tenant = 'acme') =>
    world.request(
      path,
      {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      tenant,
    );
  return { ...world, send };
}

it('a digest is created, listed and deleted by its name, and its URL is never shown', async () => {
  const { send, reads } = createStored();
  expect((await send('POST', '/digests', INPUT)).status).toBe(200);
  const listed = await (await send('GET', '/digests')).text();
  expect(JSON.parse(listed).digests).toMatchObject([
    {
      name: 'weekly',
      cadence: 'weekly',
      hour: 6,
      to: [{ kind: 'webhook', host: 'hooks.example' }],
    },
  ]);
  expect(listed).not.toContain('secret');
  expect(await (await send('GET', '/digests', undefined, 'other')).json()).toEqual({ digests: [] });
  expect((await send('DELETE', '/digests/weekly', undefined, 'other')).status).toBe(404);
  expect((await send('DELETE', '/digests/weekly')).status).toBe(200);
  expect((await send('DELETE', '/digests/weekly')).status).toBe(404);
  const acts = reads.map(({ act }) => act.act);
  expect(acts.slice(0, 1)).toEqual(['set_digest']);
  expect(acts).toContain('delete_digest');
});

it.each([
  [
    'a private address',
    { ...INPUT, to: [{ kind: 'webhook', url: 'https://10.0.0.1/' }] },
    'to.0.url',
  ],
  ['an hour that no day has', { ...INPUT, hour: 24 }, 'hour'],
  ['no destination', { ...INPUT, to: [] }, 'to'],
])('a digest with %s is refused', async (_, body, field) => {
  const response = await createStored().send('POST', '/digests', body);
  expect(response.status).toBe(400);
  expect((await errorOf(response)).field).toBe(field);
});

it('a tenant cannot have more digests than the limit', async () => {
  const { send } = createStored();
  for (let i = 0; i < MAX_DIGESTS; i += 1) {
    await send('POST', '/digests', { ...INPUT, name: `d-${i}` });
  }
  expect((await send('POST', '/digests', INPUT)).status).toBe(409);
  expect((await send('POST', '/digests', { ...INPUT, name: 'd-7' })).status).toBe(200);
});
