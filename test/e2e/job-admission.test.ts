import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { prepareKeys } from '../../cli/start/keys.ts';
import { type Caller, createCaller } from '../support/api.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';

const WAIT = { timeout: 60_000, interval: 250 };
let test: TestCloud;
let call: Caller;
beforeAll(async () => {
  test = await testCloud();
  call = createCaller(test.cloud.api, (await prepareKeys(test.cloud)).api_key);
});
afterAll(() => test.stop());

const linesOf = (records: number) =>
  Array.from({ length: records }, (_, i) =>
    JSON.stringify({
      text: `Bulk record number ${i.toLocaleString('en')} of the job is good`,
      language_code: 'en',
    }),
  ).join('\n');

/** Creates a job, and uploads its file after `before` has run. */
async function upload(records: number, before: (job_id: string) => Promise<unknown>) {
  const file = linesOf(records);
  const body = { upload: { format: 'jsonl', size_bytes: file.length }, source_id: 'bulk' };
  const { body: answer } = await call('/analyze/async', { method: 'POST', body });
  await before(answer.job_id);
  const { url, headers } = answer.upload;
  const response = await fetch(url, { method: 'PUT', headers, body: file });
  expect(response.status, await response.text()).toBe(200);
  return answer.job_id as string;
}

it('a job that cannot meet its deadline is refused with the figures, and publishes nothing', async () => {
  const deadline_at = new Date(Date.now() + 60_000).toISOString();
  const job_id = await upload(40_000, (id) => test.jobs.update(id, ['PENDING'], { deadline_at }));
  const refused = await vi.waitFor(async () => {
    const { body } = await call(`/status/${job_id}`);
    expect(body.status).toBe('FAILED');
    return body;
  }, WAIT);
  expect(refused.error).toMatchObject({
    code: 'DEADLINE_UNREACHABLE',
    figures: { records: 40_000, deadline_at },
  });
  expect(refused.error.figures.estimated_hours).toBeGreaterThan(0);
  expect(refused.progress).toMatchObject({ done: 0 });
});
