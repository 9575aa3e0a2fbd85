import { rm } from 'node:fs/promises';
import { paginateScan } from '@aws-sdk/client-dynamodb';
import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { resultOf } from '../../aws/dynamodb/results/row.ts';
import { deriveRecordId } from '../../schemas/index.ts';
import { AGGREGATE_CASES } from '../fixtures/stream/aggregates.ts';
import { AGGREGATE_ENDS, ENVELOPE_ENDS } from '../fixtures/stream/ends.ts';
import { ENVELOPE_CASES } from '../fixtures/stream/envelopes.ts';
import { FIELD_CASES } from '../fixtures/stream/fields.ts';
import type { StreamCase } from '../fixtures/stream/stream-case.ts';
import { TEXT_CASES } from '../fixtures/stream/texts.ts';
import { changedAssembly } from '../support/assembly.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';

const WAIT = { timeout: 90_000, interval: 250 };

/** The setting `consumer.unwrap` of the deployment, and the payloads whose messages it names. */
const UNWRAP = 'cloudwatch_logs,sns';
const UNWRAPPED = ['E01-cloudwatch-logs-gzip', 'E02-cloudwatch-control', 'E03-sns'];

let folder: string;
let test: TestCloud;
beforeAll(async () => {
  folder = await changedAssembly(({ Resources }) => {
    for (const { Properties } of Object.values(Resources)) {
      const variables = Properties?.Environment?.Variables;
      if (variables?.UNWRAP !== undefined) variables.UNWRAP = UNWRAP;
    }
  });
  test = await testCloud({ assemblyDir: folder });
});
afterAll(async () => {
  await test.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Puts the payload of a case on the stream, and returns the id that its place gives it. */
async function put({ data, pk = 'k' }: StreamCase): Promise<string> {
  const bytes =
    data instanceof Uint8Array
      ? data
      : Buffer.from(typeof data === 'string' ? data : JSON.stringify(data));
  const { ShardId, SequenceNumber } = await test.clients.kinesis.send(
    new PutRecordCommand({ StreamName: test.stack.StreamName, PartitionKey: pk, Data: bytes }),
  );
  const position = { shard_id: ShardId!, sequence_number: SequenceNumber! };
  return deriveRecordId({ stream_name: test.stack.StreamName, ...position });
}

const result = (record_id: string) =>
  vi.waitFor(async () => {
    const pages = paginateScan(
      { client: test.clients.dynamodb },
      {
        TableName: test.stack.ResultsTableName,
        FilterExpression: 'record_id = :id',
        ExpressionAttributeValues: { ':id': { S: record_id } },
      },
    );
    // A page ends after 1 MB of rows, whether the filter keeps them or not.
    const rows = [];
    for await (const { Items = [] } of pages) rows.push(...Items);
    const [found] = rows;
    expect(found, record_id).toBeDefined();
    return resultOf(found!);
  }, WAIT);

const setAside = (id: string) =>
  vi.waitFor(async () => {
    const found = await test.set_asides.get(id);
    expect(found, id).toBeDefined();
    return found!;
  }, WAIT);

it('each payload that people put on the stream ends as results or as set-asides with their reason', async () => {
  const places = new Map<string, string>();
  for (const one of [...ENVELOPE_CASES, ...AGGREGATE_CASES]) places.set(one.id, await put(one));
  const ends = [
    ...Object.entries(ENVELOPE_ENDS).map(([id, one]) => {
      const { ends, unwrapped = ends } = one;
      return [id, UNWRAPPED.includes(id) ? unwrapped : ends] as const;
    }),
    ...Object.entries(AGGREGATE_ENDS),
  ];
  for (const [id, expected] of ends) {
    const ids = expected.filter((end) => !end.startsWith('- '));
    for (const record_id of ids) expect(await result(record_id)).toMatchObject({ record_id });
    const [reason] = expected.filter((end) => end.startsWith('- '));
    if (reason === undefined || ids.length > 0) continue;
    expect([id, `- ${(await setAside(places.get(id)!)).reason}`]).toEqual([id, reason]);
  }
  const bad_one = await setAside(`${places.get('K02-one-bad-among')}:1`);
  expect(bad_one.reason).toBe('invalid_json');
});

it('with the setting consumer.unwrap, the records in the messages it names have results, and any other message is set aside with its name', async () => {
  const wrap = (record_id: string) =>
    JSON.stringify({ record_id, source: 'wrapped', text: 'I love it' });
  const sns = { Type: 'Notification', TopicArn: 'arn:aws:sns:x', Message: wrap('in-sns') };
  await put({ id: 'named', data: sns });
  const other = await put({ id: 'other', data: { 'detail-type': 't', detail: wrap('in-event') } });
  expect(await result('in-sns')).toMatchObject({ source: 'wrapped', sentiment: 'POSITIVE' });
  const { reason, issues } = await setAside(other);
  expect(reason).toBe('envelope');
  expect(JSON.stringify(issues)).toMatch(/eventbridge/);
  expect(JSON.stringify(issues)).toMatch(/unwrap/);
  expect(
    await test.results.get({ tenant: 'default', source: 'wrapped', record_id: 'in-event' }),
  ).toBeUndefined();
});

it('odd metadata and texts without a visible character cost no other record its result', async () => {
  for (const one of [...FIELD_CASES, ...TEXT_CASES]) if (one.pk !== '') await put(one);
  expect(await result('F04-empty-strings')).toMatchObject({ status: 'analyzed' });
  expect(await result('F30-url-na')).toMatchObject({ attributes: { url: 'N/A' } });
  expect(await result('F18-lang-en_US')).toMatchObject({ language_code: 'en' });
  expect(await result('F09-created-offset-no-colon')).toMatchObject({
    created_at: '2026-11-20T10:00:00.000Z',
  });
  for (const id of ['T04-zero-width-only', 'T06-nul-only', 'T09-variation-only']) {
    expect(await result(id)).toMatchObject({ status: 'empty' });
  }
  expect(await result('T36-smart-quote-neg')).toMatchObject({ sentiment: 'NEGATIVE' });
  expect(await result('T35-math-bold')).toMatchObject({ language_code: 'en' });
});
