import { expect, it } from 'vitest';
import { testApi } from '../app.ts';

const api = (total: number) => testApi(undefined, { stats: async () => ({ total }) as never });
const ask = (total: number, known?: string) =>
  api(total).request('/stats', known === undefined ? {} : { headers: { 'If-None-Match': known } });

it('an answer that the caller already has is a 304 without a body, with the same ETag', async () => {
  const first = await ask(1);
  const etag = first.headers.get('etag')!;
  expect(etag).toMatch(/^W\/"[\w-]{43}"$/);
  expect(first.headers.get('cache-control')).toBe('private, no-cache');
  expect(first.headers.get('content-type')).toBe('application/json');
  for (const known of [etag, etag.slice(2), `"other", ${etag}`, '*']) {
    const again = await ask(1, known);
    expect(again.status, known).toBe(304);
    expect(await again.text()).toBe('');
    expect(again.headers.get('etag')).toBe(etag);
  }
});

it('an answer that has changed is sent whole, with another ETag', async () => {
  const etag = (await ask(1)).headers.get('etag')!;
  for (const known of [etag, '"other"', '']) {
    const changed = await ask(2, known);
    expect(changed.status).toBe(200);
    expect(await changed.json()).toEqual({ total: 2 });
    expect(changed.headers.get('etag')).not.toBe(etag);
  }
});
