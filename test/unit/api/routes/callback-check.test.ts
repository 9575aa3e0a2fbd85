import { expect, it, vi } from 'vitest';
import * as url from '../../../../jobs/callbacks/url.ts';
import { errorOf, testApi } from '../app.ts';

vi.mock('../../../../jobs/callbacks/url.ts', { spy: true });

it('a bug in the check of a callback URL is a 500 and is reported, and no job is created', async () => {
  const bug = new TypeError('private words of a caller');
  vi.mocked(url.checkCallbackUrl).mockImplementation(() => {
    throw bug;
  });
  const api = testApi();
  const body = JSON.stringify({ text: 'a', callback_url: 'https://example.com/hook' });
  const headers = { 'content-type': 'application/json' };
  const response = await api.request('/analyze/async', { method: 'POST', headers, body });
  expect(response.status).toBe(500);
  const error = await errorOf(response);
  expect(error).toMatchObject({ code: 'INTERNAL_ERROR' });
  expect(JSON.stringify(error)).not.toContain('private');
  expect(api.errors).toEqual([bug]);
  expect(api.objects.size).toBe(0);
});
