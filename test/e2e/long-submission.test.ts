import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { prepareKeys } from '../../cli/start/keys.ts';
import { type Caller, createCaller } from '../support/api.ts';
import { changedAssembly } from '../support/assembly.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import { functionLog, type MeterEntry } from '../support/observe.ts';

const LINES = 20_500;

let folder: string;
let test: TestCloud;
let call: Caller;
beforeAll(async () => {
  folder = await changedAssembly(({ Resources }) => {
    for (const [id, { Type, Properties }] of Object.entries(Resources)) {
      // An invocation reserves 20 s of its timeout, so that it publishes for one second.
      const is_submission = Type === 'AWS::Lambda::Function' && id.startsWith('JobsSubmission');
      if (is_submission) Properties.Timeout = 21;
      // The test needs no results.
      const is_consumed =
        Type === 'AWS::Lambda::EventSourceMapping' && /^(Bulk)?ConsumerMapping/.test(id);
      if (is_consumed) Properties.Enabled = false;
    }
  });
  test = await testCloud({ assemblyDir: folder });
  const { api_key } = await prepareKeys(test.cloud);
  call = createCaller(test.cloud.api, api_key);
});
afterAll(async () => {
  await test.stop();
  await rm(folder, { recursive: true, force: true });
});

it('a submission of more than 20 invocations ends, and publishes each line once', async () => {
  const caller = 'JobsSubmission*';
  await test.control('POST', 'faults', {
    ...{ service: 'kinesis', action: 'PutRecords', caller, kind: 'latency', latency_ms: 1_000 },
  });
  const line = '{"text":"I love my cat","language":"en"}';
  const file = Array.from({ length: LINES }, () => line).join('\n');
  const body = { upload: { format: 'jsonl', size_bytes: file.length } };
  const { body: job } = await call('/analyze/async', { method: 'POST', body });
  const { url, headers } = job.upload;
  const uploaded = await fetch(url, { method: 'PUT', headers, body: file });
  expect(uploaded.status).toBe(200);
  await vi.waitFor(
    async () => {
      const { submitted, lease } = (await test.jobs.get(job.job_id)) ?? {};
      expect({ submitted: submitted?.records, lease }).toEqual({ submitted: LINES });
    },
    { timeout: 280_000, interval: 1_000 },
  );
  const log = await functionLog(test.data_dir);
  expect(log.split('"outcome":"more"').length - 1).toBeGreaterThanOrEqual(20);
  const { entries } = (await test.control('GET', 'meter')) as { entries: MeterEntry[] };
  const puts = entries.filter(
    ({ action, caller: by }) => action === 'PutRecords' && /^JobsSubmission/.test(by),
  );
  const published = puts.reduce((sum, { usage }) => sum + (usage?.records ?? 0), 0);
  expect(published).toBe(LINES);
  const { functions } = (await test.control('GET', 'status')) as {
    functions: { recursive_invocations_dropped: number }[];
  };
  const dropped = functions.map((one) => one.recursive_invocations_dropped);
  expect(Math.max(...dropped)).toBe(0);
}, 300_000);
