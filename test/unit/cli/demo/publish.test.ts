import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { publishFile } from '../../../../cli/demo/publish.ts';
import { openRecords } from '../../../../ingest/sources/read-records.ts';
import { watchClosing } from '../../../support/publisher.ts';

const kinesis = mockClient(KinesisClient);
let folder: string;
let sent: string[];
let number = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-demo-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  sent = [];
  number = 0;
  kinesis.reset();
  kinesis.on(PutRecordsCommand).callsFake(({ StreamName, Records }) => {
    expect(StreamName).toBe('the-stream');
    for (const { Data } of Records) sent.push(Buffer.from(Data).toString());
    return {
      Records: Records.map(() => {
        number += 1;
        return { ShardId: 'shard-0', SequenceNumber: String(number) };
      }),
    };
  });
});

async function publish(lines: string[], signal = new AbortController().signal) {
  const path = join(folder, 'a.jsonl');
  await writeFile(path, lines.join('\n'));
  const progress = { update: () => undefined, finish: () => undefined };
  const file = await openRecords({ path });
  const options = { file, stream_name: 'the-stream', progress, signal };
  return publishFile(options);
}

it('the demo publishes good lines as records, and bad lines as they are', async () => {
  const { published } = await publish([
    '{"record_id":"a","text":"one","tenant":"acme","record_version":3}',
    'no json',
  ]);
  expect(sent.sort()).toEqual([
    'no json',
    expect.stringMatching(
      /^\{"source":"a","record_id":"a","text":"one","tenant":"acme","record_version":3,"stamp":\d+\}$/,
    ),
  ]);
  expect(published).toEqual([
    {
      ...{ tenant: 'acme', source: 'a', record_id: 'a', record_version: 3, bad: false },
      position_id: expect.stringMatching(/^the-stream:shard-0:[12]$/),
    },
    {
      ...{
        tenant: 'default',
        source: '',
        record_id: expect.stringMatching(/^the-stream:shard-0:[12]$/),
        record_version: 0,
        bad: true,
      },
      position_id: expect.stringMatching(/^the-stream:shard-0:[12]$/),
    },
  ]);
});

it('the demo counts each version of a record once, and the records of two tenants apart', async () => {
  const line = (fields: object) => JSON.stringify({ record_id: 'a', text: 'one', ...fields });
  const { published } = await publish([
    line({}),
    line({ text: 'again' }),
    line({ record_version: 1 }),
    line({ tenant: 'acme' }),
  ]);
  expect(sent).toHaveLength(4);
  expect(published.map(({ tenant, record_version }) => [tenant, record_version])).toEqual([
    ['default', 0],
    ['default', 1],
    ['acme', 0],
  ]);
});

it('the demo publishes at most 100 bad lines, and counts the others', async () => {
  const bad = Array.from({ length: 1_500 }, (_, i) => `no json ${i}`);
  const { published, refused } = await publish(['{"text":"one"}', ...bad]);
  expect(published.filter((one) => one.bad)).toHaveLength(100);
  expect([sent.length, refused]).toEqual([101, 1_400]);
});

it('the demo fails if a line does not fit on the stream', async () => {
  await expect(publish(['{"text":"a"}', 'x'.repeat(1_048_577)])).rejects.toThrow(
    /The stream did not take every record: .*too_large/,
  );
});

it('the demo fails if the stream does not take a line, or if it is interrupted', async () => {
  const refusal = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } };
  kinesis.on(PutRecordsCommand).rejects(Object.assign(new Error('no'), refusal));
  await expect(publish(['{"text":"one"}'])).rejects.toThrow(
    /The stream did not take every record: .*AccessDeniedException/,
  );
  const interrupted = AbortSignal.abort(new Error('Interrupted'));
  await expect(publish(['{"text":"one"}'], interrupted)).rejects.toThrow('Interrupted');
});

it('the demo closes its publisher once all lines are on the stream', async () => {
  const sent_when_closed: number[] = [];
  const countSent = () => void sent_when_closed.push(sent.length);
  await watchClosing(countSent, () => publish(['{"text":"one"}', 'no json']));
  expect(sent_when_closed).toEqual([2]);
});
