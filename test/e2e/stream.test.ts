import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PutRecordCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { deriveRecordId } from '../../schemas/index.ts';
import { aurastream } from '../support/aurastream.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import { kplAggregate } from '../support/kpl.ts';
import { functionLog, type MeterEntry } from '../support/observe.ts';

const WAIT = { timeout: 60_000, interval: 250 };

interface BatchAnalysis {
  asked: Record<string, number>;
  calls: number;
  retried_documents: number;
  failed: number;
}

let test: TestCloud;
beforeAll(async () => {
  test = await testCloud();
});
afterAll(() => test.stop());
beforeEach(async () => {
  await test.control('DELETE', 'faults');
});

async function put(data: Uint8Array | string, key = 'any'): Promise<string> {
  const { ShardId, SequenceNumber } = await test.clients.kinesis.send(
    new PutRecordCommand({
      StreamName: test.stack.StreamName,
      PartitionKey: key,
      Data: typeof data === 'string' ? Buffer.from(data) : data,
    }),
  );
  const position = { shard_id: ShardId!, sequence_number: SequenceNumber! };
  return deriveRecordId({ stream_name: test.stack.StreamName, ...position });
}

function result(source: string, record_id: string) {
  return vi.waitFor(async () => {
    const found = await test.results.get({ tenant: 'default', source, record_id });
    expect(found, record_id).toBeDefined();
    return found!;
  }, WAIT);
}

function setAside(id: string) {
  return vi.waitFor(async () => {
    const found = await test.set_asides.get(id);
    expect(found, id).toBeDefined();
    return found!;
  }, WAIT);
}

async function meter(service: string): Promise<MeterEntry[]> {
  const { entries } = (await test.control('GET', 'meter')) as { entries: MeterEntry[] };
  return entries.filter((entry) => entry.service === service);
}

async function comprehendCalls(): Promise<number> {
  return (await meter('comprehend')).reduce((sum, entry) => sum + entry.calls, 0);
}

/** Waits until no record of another test is processed, so that all later calls to Comprehend are those of this one. */
function waitUntilIdle() {
  return vi.waitFor(() => expect(test.cloud.status()).toMatchObject({ idle: true }), WAIT);
}

async function putLines(
  lines: Buffer[],
  keyOf: (index: number) => string = (i) => `k${i % 7}`,
): Promise<string[]> {
  const { Records } = await test.clients.kinesis.send(
    new PutRecordsCommand({
      StreamName: test.stack.StreamName,
      Records: lines.map((line, i) => ({ PartitionKey: keyOf(i), Data: line })),
    }),
  );
  return Records!.map((record) =>
    deriveRecordId({
      stream_name: test.stack.StreamName,
      shard_id: record.ShardId!,
      sequence_number: record.SequenceNumber!,
    }),
  );
}

it('a record that any AWS client puts becomes a row of the results table and a line of the lake', async () => {
  const id = await put(JSON.stringify({ text: 'I love my cat', source: 'curl' }));
  expect(await result('curl', id)).toMatchObject({
    record_id: id,
    source: 'curl',
    status: 'analyzed',
    sentiment: 'POSITIVE',
    language_code: 'en',
    language_source: 'detected',
  });
  await vi.waitFor(async () => {
    const { rows } = await test.query(
      `SELECT record_id, sentiment FROM results WHERE source = 'curl'`,
    );
    expect(rows).toEqual([{ record_id: id, sentiment: 'POSITIVE' }]);
  }, WAIT);
});

it('the consumer reads gzipped records and KPL aggregates', async () => {
  const text = (word: string) => JSON.stringify({ text: `The ${word} is great`, source: 'packed' });
  const zipped = await put(gzipSync(text('zip')));
  const aggregate = await put(
    kplAggregate([
      { partition_key: 'a', data: Buffer.from(text('first')) },
      { partition_key: 'b', data: gzipSync(text('second')) },
    ]),
  );
  expect((await result('packed', zipped)).text).toBe('The zip is great');
  expect((await result('packed', `${aggregate}:0`)).text).toBe('The first is great');
  expect((await result('packed', `${aggregate}:1`)).text).toBe('The second is great');
});

it('a Japanese text over 5,000 bytes is split and gets one verdict', async () => {
  const lines = (await readFile('samples/records.jsonl', 'utf8')).split('\n').filter(Boolean);
  const long = lines
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as { text: string }];
      } catch {
        return [];
      }
    })
    .find(({ text }) => Buffer.byteLength(`${text}`) > 5_000 && /\p{Script=Hiragana}/u.test(text));
  const id = await put(JSON.stringify({ text: long!.text, source: 'long' }));
  const found = await result('long', id);
  expect(found).toMatchObject({ status: 'analyzed', language_code: 'ja', chunks: 2 });
  expect(found.scores!.positive).toBeGreaterThan(0);
});

it('a record without a text to score gets a result with the reason and costs no call', async () => {
  await waitUntilIdle();
  const before = await comprehendCalls();
  const dutch = await put(
    JSON.stringify({
      text: 'Alweer vertraging op het spoor, ik ben het zat.',
      source: 'no_verdict',
    }),
  );
  const blank = await put(JSON.stringify({ text: ' \n ', source: 'no_verdict' }));
  expect(await result('no_verdict', dutch)).toMatchObject({
    status: 'unsupported_language',
    language_code: 'nl',
  });
  expect(await result('no_verdict', blank)).toMatchObject({ status: 'empty' });
  expect(await comprehendCalls()).toBe(before);
});

it.each([
  ['invalid_json', Buffer.from('{"text":"secret words","source":"bad"')],
  ['invalid_utf8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
  ['invalid_record', Buffer.from('{"text":42,"source":"bad"}')],
  ['invalid_gzip', gzipSync('{"text":"secret words","source":"bad"}').subarray(0, 30)],
  ['invalid_aggregate', corruptAggregate()],
])(
  'a record with %s is set aside with its bytes, and the shard continues',
  async (reason, bytes) => {
    const bad = await put(bytes, 'same');
    const good = await put(JSON.stringify({ text: 'Fine, thanks', source: 'good' }), 'same');
    const kept = await setAside(bad);
    expect(kept.reason).toBe(reason);
    expect(Buffer.from(kept.data_base64, 'base64').equals(bytes)).toBe(true);
    expect(JSON.stringify(kept.issues)).not.toContain('secret');
    await result('good', good);
  },
);

it('two sources with the same record_id keep a result each', async () => {
  const of = (source: string, text: string) =>
    put(JSON.stringify({ record_id: 'shared', source, text, language: 'en' }), 'same');
  await of('left', 'I love my cat');
  await of('right', 'This is terrible');
  expect(await result('left', 'shared')).toMatchObject({ source: 'left', sentiment: 'POSITIVE' });
  expect(await result('right', 'shared')).toMatchObject({ source: 'right', sentiment: 'NEGATIVE' });
});

it('a record keeps its highest version, in whatever order versions arrive', async () => {
  const version = (record_version: number, text: string) =>
    put(JSON.stringify({ record_id: 'versioned', record_version, text, source: 'versions' }), 'v');
  await version(2, 'The second version is great');
  await vi.waitFor(
    async () => expect((await result('versions', 'versioned')).record_version).toBe(2),
    WAIT,
  );
  await version(1, 'The first version is terrible');
  const last = await put(JSON.stringify({ text: 'after', source: 'versions' }), 'v');
  await result('versions', last);
  expect(await result('versions', 'versioned')).toMatchObject({
    record_version: 2,
    sentiment: 'POSITIVE',
  });
  await version(3, 'The third version is terrible');
  await vi.waitFor(async () => {
    expect(await result('versions', 'versioned')).toMatchObject({
      record_version: 3,
      sentiment: 'NEGATIVE',
    });
  }, WAIT);
});

it('a corrected file replaces the results of its records, and a withdrawal without a version withdraws one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aurastream-corrected-'));
  const ingest = async (...records: object[]) => {
    const file = join(folder, 'reviews.jsonl');
    await writeFile(file, records.map((record) => JSON.stringify(record)).join('\n'));
    const { code, stderr } = await aurastream(['ingest', file, '--json'], {
      env: test.environment,
    });
    expect(code, stderr).toBe(0);
  };
  const of = (record_id: string, fields: object) => ({
    ...{ record_id, source: 'corrected', language: 'en' },
    ...fields,
  });
  await ingest(of('one', { text: 'It is great' }), of('two', { text: 'It is great' }));
  await vi.waitFor(async () => {
    expect(await result('corrected', 'two')).toMatchObject({ sentiment: 'POSITIVE' });
  }, WAIT);
  await ingest(of('one', { text: 'It is terrible' }), of('two', { deleted: true }));
  await vi.waitFor(async () => {
    expect(await result('corrected', 'one')).toMatchObject({ sentiment: 'NEGATIVE' });
    expect(await result('corrected', 'two')).toMatchObject({ status: 'withdrawn' });
    expect(await result('corrected', 'two')).not.toHaveProperty('text');
  }, WAIT);
  await rm(folder, { recursive: true });
});

it('a text that makes Comprehend refuse its call is set aside, and the other 24 texts of the call get verdicts', async () => {
  await test.control('POST', 'faults', {
    service: 'comprehend',
    kind: 'error',
    contains: 'cursed',
    status: 400,
    code: 'InvalidRequestException',
  });
  const ids = await putLines(
    Array.from({ length: 25 }, (_, i) => {
      const text = i === 17 ? 'The cursed parcel is great' : `The blessed parcel ${i} is great`;
      return Buffer.from(JSON.stringify({ text, source: 'cursed', language: 'en' }));
    }),
    () => 'one shard',
  );
  const kept = await setAside(ids[17]!);
  expect(kept).toMatchObject({
    reason: 'refused_by_analyzer',
    issues: [{ path: 'text', message: 'the analyzer refuses it: InvalidRequestException' }],
  });
  for (const id of ids.filter((_, i) => i !== 17)) {
    expect(await result('cursed', id)).toMatchObject({ status: 'analyzed', sentiment: 'POSITIVE' });
  }
});

it('every record has its results after partial failures of every service', async () => {
  const faults = [
    {
      service: 'comprehend',
      action: 'BatchDetectSentiment',
      kind: 'partial',
      share: 0.5,
      count: 3,
    },
    {
      service: 'dynamodb',
      action: 'BatchExecuteStatement',
      kind: 'partial',
      share: 0.5,
      count: 2,
    },
    { service: 'dynamodb', action: 'BatchGetItem', kind: 'partial', share: 0.5, count: 2 },
    { service: 'firehose', action: 'PutRecordBatch', kind: 'partial', share: 0.5, count: 2 },
  ];
  for (const fault of faults) await test.control('POST', 'faults', { seed: 7, ...fault });
  const ids = await putLines(
    Array.from({ length: 60 }, (_, i) =>
      Buffer.from(JSON.stringify({ text: `Parcel number ${i} is great`, source: 'partial' })),
    ),
  );
  for (const id of ids) expect((await result('partial', id)).status).toBe('analyzed');
  // The consumer writes the rows before it sends the lines to Firehose.
  await vi.waitFor(async () => {
    const { rules } = (await test.control('GET', 'faults')) as { rules: { hits: number }[] };
    expect(rules.map((rule) => rule.hits > 0)).toEqual([true, true, true, true]);
  }, WAIT);
  await vi.waitFor(async () => {
    const { rows } = await test.query(
      `SELECT count(*) AS n FROM results WHERE source = 'partial' AND sentiment IS NOT NULL`,
    );
    expect(rows).toEqual([{ n: 60 }]);
  }, WAIT);
});

it('a repeated text costs no further call, and a record that is sent again keeps its verdict and its times', async () => {
  const lines = Array.from({ length: 50 }, (_, i) =>
    Buffer.from(
      JSON.stringify({
        record_id: `again-${i}`,
        text: `Cup ${i % 30} is lovely`,
        source: 'again',
      }),
    ),
  );
  await waitUntilIdle();
  const rows = async () => {
    const found = [];
    for (let i = 0; i < 50; i += 1) found.push(await result('again', `again-${i}`));
    return found;
  };
  await putLines(lines);
  const first = await rows();
  const calls = await comprehendCalls();
  await putLines(lines);
  await result(
    'good',
    await put(JSON.stringify({ text: 'Cup 0 is lovely', source: 'good' }), 'k0'),
  );
  await vi.waitFor(async () => {
    // The raw lake has a line for each delivery, which are two at least.
    const { rows: lines } = await test.query(
      `SELECT record_id, count(*) AS n FROM results_raw WHERE source = 'again' GROUP BY record_id`,
    );
    expect(lines.filter(({ n }) => Number(n) >= 2)).toHaveLength(50);
  }, WAIT);
  const again = await rows();
  for (const [i, row] of first.entries()) {
    const { text, sentiment, scores, created_at, first_created_at } = row;
    expect(again[i]).toMatchObject({ text, sentiment, scores, created_at, first_created_at });
    expect(again[i]!.revision).toBeGreaterThan(row.revision!);
  }
  expect(await comprehendCalls()).toBe(calls);
  await test.settleLake();
  const { rows: once } = await test.query(
    `SELECT count(*) AS n FROM results WHERE source = 'again'`,
  );
  expect(once).toEqual([{ n: 50 }]);
});

/** Reads the analyses of all batches in which no document was asked for again, from the log. */
async function readBatches(): Promise<BatchAnalysis[]> {
  return (await functionLog(test.data_dir))
    .split('\n')
    .filter((line) => line.includes('"message":"batch processed"'))
    .map((line) => JSON.parse(line) as { analysis?: BatchAnalysis })
    .flatMap(({ analysis }) => (analysis === undefined ? [] : [analysis]))
    .filter(({ retried_documents, failed }) => retried_documents + failed === 0);
}

it('every call to Comprehend is as full as its batch allows', async () => {
  for (let round = 0; round < 3; round += 1) {
    const ids = await putLines(
      Array.from({ length: 60 }, (_, i) =>
        Buffer.from(JSON.stringify({ text: `Shirt ${round}-${i} is too small`, source: 'full' })),
      ),
    );
    for (const id of ids) await result('full', id);
  }
  // A function logs a batch after it has written the rows.
  const batches = await vi.waitFor(async () => {
    const logged = await readBatches();
    expect(logged.length).toBeGreaterThan(2);
    return logged;
  }, WAIT);
  for (const { asked, calls } of batches) {
    const least = Object.values(asked).reduce((sum, n) => sum + Math.ceil(n / 25), 0);
    expect(calls).toBe(least);
  }
});

it('no log holds a text', async () => {
  const good = JSON.stringify({ text: 'A bicycle for two', source: 'logs' });
  const failing = JSON.stringify({ text: 'Fails at first', source: 'logs' });
  await test.control('POST', 'faults', { service: 'firehose', kind: 'error', count: 1 });
  const ids = await putLines([Buffer.from(good), Buffer.from(failing)]);
  for (const id of ids) await result('logs', id);
  await setAside(await put(corruptAggregate()));
  await setAside(await put('{"text":"half a record'));
  await setAside(await put(JSON.stringify({ text: 'without its source' })));
  await test.cloud.flush();
  const log = await functionLog(test.data_dir);
  expect(log).toContain('records');
  const texts = [
    'A bicycle for two',
    'Fails at first',
    'secret words',
    'half a record',
    'without its source',
  ];
  for (const words of texts) {
    expect(log).not.toContain(words);
  }
});

it('the consumer logs one line per batch, not per record', async () => {
  const ids = await putLines(
    Array.from({ length: 40 }, (_, i) =>
      Buffer.from(JSON.stringify({ text: `Lamp ${i} is bright`, source: 'lines' })),
    ),
  );
  for (const id of ids) await result('lines', id);
  const log = await vi.waitFor(async () => {
    const all = await functionLog(test.data_dir);
    expect(all).toContain('"message":"batch processed"');
    return all;
  }, WAIT);
  const invocations = log.match(/^START /gm)!.length;
  expect(log.match(/"message":"batch processed"/g)!.length).toBeLessThanOrEqual(invocations);
});

function corruptAggregate(): Buffer {
  const bytes = kplAggregate([
    { partition_key: 'a', data: Buffer.from('{"text":"secret words"}') },
  ]);
  bytes[bytes.length - 1]! ^= 0xff;
  return bytes;
}
