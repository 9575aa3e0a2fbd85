import { rm } from 'node:fs/promises';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { prepareKeys } from '../../cli/start/keys.ts';
import { type Caller, createCaller } from '../support/api.ts';
import { changedAssembly, type Template } from '../support/assembly.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import type { MeterEntry } from '../support/observe.ts';

const WAIT = { timeout: 60_000, interval: 250 };
/** A number that the stand-in of Comprehend takes for a card. Its check digit is wrong for the local detectors. */
const CARD = '4111 1111 1111 1112';
const TEXT = `I loved it, see ${CARD}`;

let assembly: string;
let test: TestCloud;
let call: Caller;
beforeAll(async () => {
  assembly = await changedAssembly(useBothEngines);
  test = await testCloud({ assemblyDir: assembly });
  const { api_key } = await prepareKeys(test.cloud);
  call = createCaller(test.cloud.api, api_key);
});
afterAll(async () => {
  await test.stop();
  await rm(assembly, { recursive: true, force: true });
});

/** Changes a template as the setting `privacy.engine: both` does (test/infra/functions.test.ts). */
function useBothEngines({ Resources }: Template): void {
  for (const { Properties } of Object.values(Resources)) {
    const variables = Properties?.Environment?.Variables;
    if (typeof variables?.PRIVACY === 'string') {
      variables.PRIVACY = JSON.stringify({ ...JSON.parse(variables.PRIVACY), engine: 'both' });
      variables.PRIVACY_CALLS_PER_SECOND = '19.6';
      variables.PRIVACY_FALLBACK_CALLS_PER_SECOND = '2';
    }
    for (const statement of Properties?.PolicyDocument?.Statement ?? []) {
      const actions = [statement.Action].flat();
      if (!actions.some((action) => String(action).startsWith('comprehend:'))) continue;
      statement.Action = [...actions, 'comprehend:DetectPiiEntities'];
    }
  }
}

const find = (record_id: string) =>
  test.results.get({ tenant: 'default', source: 'tour', record_id });

async function publish(records: object[]): Promise<void> {
  await test.clients.kinesis.send(
    new PutRecordsCommand({
      StreamName: test.stack.StreamName,
      Records: records.map((record) => ({
        PartitionKey: 'one-shard',
        Data: Buffer.from(JSON.stringify({ source: 'tour', ...record })),
      })),
    }),
  );
}

async function readSearches(): Promise<MeterEntry[]> {
  const { entries } = (await test.control('GET', 'meter')) as { entries: MeterEntry[] };
  return entries.filter(({ action }) => action === 'DetectPiiEntities');
}

it('with the engine both, a text waits while DetectPiiEntities is down, and is stored masked once it answers', async () => {
  const fault = { service: 'comprehend', action: 'DetectPiiEntities', kind: 'error' };
  await test.control('POST', 'faults', fault);
  await publish([
    { record_id: 'german', text: 'Sehr gut, schreibt an ann@example.com', language: 'de' },
    { record_id: 'english', text: TEXT, language: 'en' },
  ]);
  await vi.waitFor(async () => expect(await find('german')).toBeDefined(), WAIT);
  expect(await find('german')).toMatchObject({ text: 'Sehr gut, schreibt an [EMAIL]' });
  expect(await find('english')).toBeUndefined();
  await test.control('DELETE', 'faults');
  await vi.waitFor(async () => expect(await find('english')).toBeDefined(), WAIT);
  expect(await find('english')).toMatchObject({
    text: 'I loved it, see [CREDIT_DEBIT_NUMBER]',
    pii: { types: ['CREDIT_DEBIT_NUMBER'], failed: false },
  });
  const searches = (await readSearches()).find(({ caller }) => caller.includes('ConsumerHandler'));
  expect(searches?.usage).toMatchObject({ documents: 1, billed_units: 3 });
});

it('with the engine both, POST /analyze/sync answers what DetectPiiEntities finds', async () => {
  const options = { language_code: 'en', include_pii_detection: true };
  const { body } = await call('/analyze/sync', { method: 'POST', body: { text: TEXT, options } });
  expect(body.pii).toMatchObject({
    entities: [{ type: 'CREDIT_DEBIT_NUMBER', utf16: { start: 16, end: 16 + CARD.length } }],
    masked_text: 'I loved it, see [CREDIT_DEBIT_NUMBER]',
  });
  const callers = (await readSearches()).map(({ caller }) => caller);
  expect(callers).toContainEqual(expect.stringContaining('ApiHandler'));
});
