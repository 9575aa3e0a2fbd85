import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { createLake } from '../../../aws/firehose/lake.ts';
import { packResults, splitIntoCalls } from '../../../aws/firehose/packed-record.ts';
import { skipPause } from '../../support/endless-loops.ts';
import { aResult } from '../../support/results.ts';

const firehose = mockClient(FirehoseClient);
beforeEach(() => void firehose.reset());

/** Creates a result whose line of JSON has this many bytes. */
function aLine(bytes: number, character = 'a') {
  const text = (length: number) => ({ ...aResult({ text: 'x' }), text: character.repeat(length) });
  const rest = Buffer.byteLength(JSON.stringify(text(0)));
  const size = Buffer.byteLength(character);
  const result = text(Math.floor((bytes - rest) / size));
  const missing = bytes - Buffer.byteLength(JSON.stringify(result));
  return { ...result, text: result.text + 'a'.repeat(missing) };
}

it('lines share a record of at most 100,000 bytes, with a line feed between two', () => {
  const full = packResults([aLine(50_000), aLine(49_999)]);
  expect(full).toMatchObject([{ bytes: 100_000, indexes: [0, 1] }]);
  expect(Buffer.byteLength(full[0]!.lines.join('\n'))).toBe(100_000);
  const [first, second, ...rest] = packResults([aLine(50_000), aLine(50_000), aLine(10_000)]);
  expect(first).toMatchObject({ bytes: 50_000, indexes: [0] });
  expect(second).toMatchObject({ bytes: 60_001, indexes: [1, 2] });
  expect(rest).toEqual([]);
});

it.each(['a', 'é'])(
  'a line of 1,000 KiB keeps its text of %s, and a longer one leaves it out',
  (of) => {
    const [kept] = packResults([aLine(1_024_000, of)]);
    expect(kept?.bytes).toBe(1_024_000);
    expect(JSON.parse(kept!.lines[0]!)).toHaveProperty('text');
    const [cut] = packResults([aLine(1_024_001, of)]);
    expect(JSON.parse(cut!.lines[0]!)).not.toHaveProperty('text');
    expect(JSON.parse(cut!.lines[0]!)).toMatchObject({
      text_hash: aResult({ text: 'x' }).text_hash,
    });
  },
);

it('a call holds records of 4 MiB together, and not one byte more', () => {
  const record = (bytes: number) => ({ lines: [], indexes: [], bytes });
  const four = [1_000_000, 1_000_000, 1_000_000, 1_194_304];
  expect(splitIntoCalls([...four, 1].map(record)).map((call) => call.length)).toEqual([4, 1]);
  const many = Array.from({ length: 90 }, () => record(100_000));
  expect(splitIntoCalls(many).map((call) => call.length)).toEqual([41, 41, 8]);
});

it('the lake makes at most four calls at the same time', async () => {
  let in_flight = 0;
  let most = 0;
  firehose.on(PutRecordBatchCommand).callsFake(async ({ Records }) => {
    in_flight += 1;
    most = Math.max(most, in_flight);
    await new Promise(setImmediate);
    in_flight -= 1;
    return { FailedPutCount: 0, RequestResponses: Records.map(() => ({ RecordId: 'r' })) };
  });
  const client = firehose as unknown as FirehoseClient;
  const lake = createLake({ client, delivery_stream: 'lake' });
  expect(await lake.put(Array.from({ length: 40 }, () => aLine(900_000)))).toEqual([]);
  expect(firehose.calls().length).toBeGreaterThan(8);
  expect(most).toBe(4);
});

it('the lake counts a record without an id as rejected, whatever the count of failures says', async () => {
  firehose
    .on(PutRecordBatchCommand)
    .resolvesOnce({ FailedPutCount: 1, RequestResponses: [{ RecordId: 'r' }, {}] })
    .resolves({ FailedPutCount: 0, RequestResponses: [{ RecordId: 'r' }] });
  const client = firehose as unknown as FirehoseClient;
  const lake = createLake({ client, delivery_stream: 'lake', pause: skipPause });
  expect(await lake.put([aLine(60_000), aLine(60_000)])).toEqual([]);
  const calls = firehose.commandCalls(PutRecordBatchCommand);
  expect(calls.map(({ args }) => args[0].input.Records!.length)).toEqual([2, 1]);
});
