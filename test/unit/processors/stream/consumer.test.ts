import type { KinesisStreamRecord } from 'aws-lambda';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Analyse } from '../../../../processors/analysis/analysis.ts';
import type { AnalysisOutcome, AnalysisRequest } from '../../../../processors/analysis/outcome.ts';
import { type ConsumerDeps, createConsumer } from '../../../../processors/stream/consumer.ts';
import type { BatchReport } from '../../../../processors/stream/tally.ts';
import { createOutage } from '../../../fakes/network.ts';
import { NO_PRIVACY } from '../../../fakes/privacy.ts';
import { createRefusingStores } from '../../../fakes/refusing-stores.ts';
import { aBatchContext } from '../../../support/batch-context.ts';
import { memoryJobs } from '../../../support/jobs.ts';
import {
  kinesisRecord,
  kinesisRecords,
  SHARD_ID,
  STREAM_NAME,
  sequenceNumber,
} from '../../../support/kinesis-event.ts';
import { kplAggregate } from '../../../support/kpl.ts';
import { restoreKey } from '../../../support/restored.ts';
import { WAIT } from '../../../support/wait.ts';

const NOW = Date.UTC(2026, 10, 23, 10, 0, 2);

let stores: ReturnType<typeof createRefusingStores>;
let asked: AnalysisRequest[][];
let consume: (records: KinesisStreamRecord[]) => Promise<BatchReport>;
/** Maps a text to the failure of the analyzer on that text. The analyzer succeeds on other texts. */
let failing: Map<string, { retryable: boolean; refused?: true }>;

function outcomeOf(text: string): AnalysisOutcome {
  const failure = failing.get(text);
  if (failure !== undefined) {
    return { status: 'failed', code: 'ThrottlingException', throttled: true, ...failure };
  }
  return {
    status: 'analyzed',
    verdict: {
      sentiment: 'NEUTRAL',
      scores: { positive: 0.1, negative: 0.1, neutral: 0.7, mixed: 0.1 },
      chunks: 1,
    },
    language_code: 'en',
    language_source: 'detected',
    cache: 'miss',
    analyzer: { name: 'test', version: '1' },
  };
}

const settle = <Request extends AnalysisRequest>(
  requests: readonly Request[],
): [Request, AnalysisOutcome][] => requests.map((request) => [request, outcomeOf(request.text)]);

const analyse: Analyse = async function* (requests) {
  asked.push(requests.map(({ tenant, text, language }) => ({ tenant, text, language })));
  yield settle(requests);
};

function testConsumer(overrides: Partial<ConsumerDeps> = {}): typeof consume {
  const consumer = createConsumer({
    ...stores,
    ...memoryJobs(),
    analyse,
    restoreKey,
    privacy: NO_PRIVACY,
    now: () => NOW,
    ...overrides,
  });
  return (records) => consumer(records, aBatchContext());
}

beforeEach(() => {
  stores = createRefusingStores();
  asked = [];
  failing = new Map();
  consume = testConsumer();
});

const record = (record_id: string, fields: object = {}) => ({
  record_id,
  text: `text of ${record_id}`,
  source: 's',
  ...fields,
});
const failuresOf = (...places: number[]) =>
  places.map((place) => ({ itemIdentifier: sequenceNumber(place) }));
const rowIds = () => [...stores.rows.values()].map(({ record_id }) => record_id);
const lineIds = () => stores.lines.map(({ record_id }) => record_id);

/** Creates a promise and the function `open`. The function resolves the promise. */
function aGate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('results that are known early', () => {
  /**
   * Creates an analysis that yields the outcomes of the first five records immediately. The
   * analysis yields the remaining outcomes after the promise `opened` has resolved.
   */
  const analyseSlowly = (opened: Promise<void>): Analyse =>
    async function* (requests) {
      yield settle(requests.slice(0, 5));
      await opened;
      yield settle(requests.slice(5));
    };
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const batch = kinesisRecords(
    ...names.map((name) => ({ record_id: name, text: name, source: 's' })),
  );

  it('Full lots are delivered while the analyzer is called for other records, each result once', async () => {
    const { opened, open } = aGate();
    const lots = { size: 2, quiet_ms: 250, sleep: () => new Promise<void>(() => {}) };
    const consumed = testConsumer({ analyse: analyseSlowly(opened), lots })(batch);
    await vi.waitFor(() => expect(lineIds()).toEqual(['a', 'b', 'c', 'd']), WAIT);
    open();
    expect((await consumed).response.batchItemFailures).toEqual([]);
    expect(rowIds().sort()).toEqual(names);
    expect(lineIds().sort()).toEqual(names);
  });

  it('A lot that is not full is delivered after a quiet time without an outcome', async () => {
    const { opened, open } = aGate();
    const lots = { size: 400, quiet_ms: 250, sleep: async () => {} };
    const consumed = testConsumer({ analyse: analyseSlowly(opened), lots })(batch);
    await vi.waitFor(() => expect(lineIds()).toEqual(['a', 'b', 'c', 'd', 'e']), WAIT);
    open();
    expect(await consumed).toMatchObject({ results: 7, failed: 0 });
  });

  it('A lot has 400 results, sixteen full calls, unless the options say otherwise', async () => {
    const records = Array.from({ length: 900 }, (_, i) => record(`r${i}`));
    expect(await consume(kinesisRecords(...records))).toMatchObject({ results: 900 });
    expect(stores.results_table.puts.map((put) => put.length)).toEqual([400, 400, 100]);
  });

  it('A lot that is not full waits for 250 ms, unless the options say otherwise', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { opened, open } = aGate();
      const consumed = testConsumer({ analyse: analyseSlowly(opened) })(batch);
      await vi.advanceTimersByTimeAsync(249);
      expect(lineIds()).toEqual([]);
      await vi.advanceTimersByTimeAsync(2);
      expect(lineIds()).toEqual(['a', 'b', 'c', 'd', 'e']);
      open();
      await consumed;
    } finally {
      vi.useRealTimers();
    }
  });

  it('The records of a lot whose store is down fail', async () => {
    stores.results_table.refuses.throws = createOutage('dynamodb');
    const lots = { size: 2, quiet_ms: 250 };
    const report = await testConsumer({ analyse: analyseSlowly(Promise.resolve()), lots })(batch);
    expect(report.failed).toBe(7);
    expect(stores.lines).toEqual([]);
  });
});

describe('a batch that a bug stopped', () => {
  it('A batch that a bug stopped delivers no result after the bug', async () => {
    const analyseWithBug: Analyse = async function* (requests) {
      yield settle(requests);
      throw new Error('a bug');
    };
    const lots = { size: 400, quiet_ms: 250 };
    const consumed = testConsumer({ analyse: analyseWithBug, lots });
    await expect(consumed(kinesisRecords(record('a'), record('b')))).rejects.toThrow('a bug');
    await new Promise((resolve) => setImmediate(resolve));
    expect(stores.lines).toEqual([]);
    expect(stores.rows.size).toBe(0);
  });

  it('A record without an outcome never counts as withdrawn', async () => {
    const forgetful: Analyse = async function* (requests) {
      yield settle(requests.slice(0, 1));
    };
    const consumed = testConsumer({ analyse: forgetful });
    await expect(consumed(kinesisRecords(record('a'), record('b')))).rejects.toThrow('1 of 2');
    expect(stores.rows.size).toBe(0);
  });
});

describe('a text that the analyzer refuses for good', () => {
  it('A text that the analyzer refuses in every call is set aside with its bytes, and never blocks its shard', async () => {
    failing.set('text of a', { retryable: false, refused: true });
    const twice = kinesisRecords(record('a'), record('b'), record('a'));
    const report = await consume(twice);
    expect(report).toMatchObject({
      response: { batchItemFailures: [] },
      results: 1,
      set_asides: 2,
      failed: 0,
      reasons: { refused_by_analyzer: 2 },
    });
    expect(rowIds()).toEqual(['b']);
    const [kept] = [...stores.objects.values()];
    expect(kept).toMatchObject({
      reason: 'refused_by_analyzer',
      issues: [{ path: 'text', message: 'the analyzer refuses it: ThrottlingException' }],
    });
    expect(JSON.parse(Buffer.from(kept!.data_base64, 'base64').toString())).toEqual(record('a'));
    expect(JSON.stringify(kept!.issues)).not.toContain('text of a');
  });

  it('A refused text that could not be set aside is delivered again', async () => {
    failing.set('text of a', { retryable: false, refused: true });
    stores.set_asides.refuses.throws = createOutage('s3');
    const report = await consume(kinesisRecords(record('b'), record('a')));
    expect(report).toMatchObject({ results: 1, set_asides: 0, failed: 1 });
    expect(report.response.batchItemFailures).toEqual(failuresOf(2));
  });
});

describe('a batch', () => {
  it('Each record of a batch becomes a row and a lake line, and no record is delivered again', async () => {
    const report = await consume(kinesisRecords(record('a'), record('b')));
    expect(report).toMatchObject({
      response: { batchItemFailures: [] },
      records: 2,
      results: 2,
      set_asides: 0,
      failed: 0,
    });
    expect(rowIds()).toEqual(['a', 'b']);
    expect(lineIds()).toEqual(['a', 'b']);
    expect(asked).toHaveLength(1);
  });

  it('A batch that is delivered again writes each row once', async () => {
    const batch = kinesisRecords(record('a'), { text: 'no id', source: 's' });
    await consume(batch);
    const rows = [...stores.rows.values()];
    expect((await consume(batch)).response.batchItemFailures).toEqual([]);
    expect([...stores.rows.values()]).toEqual(rows);
    expect(rowIds()).toEqual(['a', `${STREAM_NAME}:${SHARD_ID}:${sequenceNumber(2)}`]);
  });

  it('A record that is delivered again after its row and line were written is neither analysed nor written again', async () => {
    failing.set('text of b', { retryable: true });
    const batch = kinesisRecords(record('b'), record('a'), record('c'));
    for (let i = 0; i < 3; i += 1) {
      expect(await consume(batch)).toMatchObject({ records: 3, results: 2, failed: 1 });
    }
    expect(asked.flat().map(({ text }) => text)).toEqual([
      'text of b',
      'text of a',
      'text of c',
      'text of b',
      'text of b',
    ]);
    expect(lineIds()).toEqual(['a', 'c']);
    expect(stores.results_table.puts.flat().map(({ record_id }) => record_id)).toEqual(['a', 'c']);
    failing.clear();
    expect(await consume(batch)).toMatchObject({ results: 3, failed: 0 });
    expect(lineIds()).toEqual(['a', 'c', 'b']);
  });

  it('A record whose line was not written gets its row and its line at the next delivery', async () => {
    stores.lake.refuses.ids.add('a');
    const batch = kinesisRecords(record('a'));
    await consume(batch);
    stores.lake.refuses.ids.clear();
    await consume(batch);
    expect(stores.results_table.puts).toHaveLength(2);
    expect(lineIds()).toEqual(['a']);
  });

  it('A batch ends only after its verdicts are in the cache and its set-asides are stored', async () => {
    const order: string[] = [];
    const { put } = stores.set_asides;
    stores.set_asides.put = async (entries) => {
      for (let i = 0; i < 3; i += 1) await new Promise(setImmediate);
      order.push('set aside');
      return put(entries);
    };
    const caching: Analyse = async function* (requests, { cache_writes }) {
      yield settle(requests);
      cache_writes.add(
        (async () => {
          for (let i = 0; i < 6; i += 1) await new Promise(setImmediate);
          order.push('cached');
        })(),
      );
    };
    await testConsumer({ analyse: caching })(kinesisRecords(record('a'), 'nonsense'));
    order.push('ended');
    expect(order).toEqual(['set aside', 'cached', 'ended']);
  });

  it('An empty batch succeeds', async () => {
    expect((await consume([])).response).toEqual({ batchItemFailures: [] });
    expect(stores.results_table.puts).toEqual([]);
  });
});

describe('a bad record', () => {
  it('A bad record is set aside with its bytes, and the others are processed', async () => {
    const report = await consume(kinesisRecords(record('a'), '{"text": nonsense', record('b')));
    expect(report).toMatchObject({
      records: 3,
      results: 2,
      set_asides: 1,
      failed: 0,
      reasons: { invalid_json: 1 },
    });
    expect(report.response.batchItemFailures).toEqual([]);
    expect(rowIds()).toEqual(['a', 'b']);
    const [set_aside] = stores.objects.values();
    expect(Buffer.from(set_aside!.data_base64, 'base64').toString()).toBe('{"text": nonsense');
  });

  it('Only a bad record that could not be set aside is delivered again', async () => {
    stores.set_asides.refuses.throws = createOutage('s3');
    const report = await consume(kinesisRecords(record('a'), 'nonsense'));
    expect(report.response.batchItemFailures).toEqual(failuresOf(2));
    expect(report).toMatchObject({
      results: 1,
      set_asides: 0,
      failed: 1,
      failures: { 'set_asides InternalServerError': 1 },
    });
  });
});

describe('what a service did not do', () => {
  it('A record that the results table refuses fails alone', async () => {
    stores.results_table.refuses.ids.add('b');
    const report = await consume(kinesisRecords(record('a'), record('b'), record('c')));
    expect(report.response.batchItemFailures).toEqual(failuresOf(2));
    expect(report.failures).toEqual({ 'results_table Refused': 1 });
    // Lambda delivers the record `b` again later. If the consumer wrote a line for `b` now, the
    // lake would contain `b` twice.
    expect(lineIds()).toEqual(['a', 'c']);
  });

  it('A record that the lake refuses fails alone', async () => {
    stores.lake.refuses.ids.add('a');
    const report = await consume(kinesisRecords(record('a'), record('b')));
    expect(report.response.batchItemFailures).toEqual(failuresOf(1));
    expect(lineIds()).toEqual(['b']);
  });

  it('A record that the analyzer fails fails alone', async () => {
    failing.set('text of a', { retryable: true });
    const report = await consume(kinesisRecords(record('a'), record('b')));
    expect(report.response.batchItemFailures).toEqual(failuresOf(1));
    expect(rowIds()).toEqual(['b']);
    expect(lineIds()).toEqual(['b']);
  });

  it('A final failure is not a verdict: the record fails, and Lambda sends it to the failure destination', async () => {
    failing.set('text of a', { retryable: false });
    const report = await consume(kinesisRecords(record('a')));
    expect(report.response.batchItemFailures).toEqual(failuresOf(1));
    expect(stores.rows.size + stores.lines.length + stores.objects.size).toBe(0);
  });

  it('If a store throws, all records of its put fail', async () => {
    stores.results_table.refuses.throws = createOutage('dynamodb');
    const report = await consume(kinesisRecords(record('a'), 'nonsense', record('b')));
    expect(report.response.batchItemFailures).toEqual(failuresOf(1, 3));
    expect(stores.lake.puts).toEqual([]);
    expect(stores.objects.size).toBe(1);
  });

  it('A failed sub-record has its whole aggregate delivered again, and names it once', async () => {
    stores.lake.refuses.ids = new Set(['b', 'c']);
    const aggregate = kplAggregate(
      ['a', 'b', 'c'].map((id) => ({
        partition_key: 'k',
        data: Buffer.from(JSON.stringify(record(id))),
      })),
    );
    const report = await consume(kinesisRecords(record('first'), aggregate, record('last')));
    expect(report.response.batchItemFailures).toEqual(failuresOf(2));
    expect(report).toMatchObject({ records: 5, results: 3, failed: 2 });
  });

  it('A retry completes the batch, whichever entries failed before', async () => {
    const ids = ['a', 'b', 'c', 'd'];
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(ids),
        fc.subarray(ids),
        fc.boolean(),
        async (rows, lines, bad) => {
          stores = createRefusingStores();
          consume = testConsumer();
          stores.results_table.refuses.ids = new Set(rows);
          stores.lake.refuses.ids = new Set(lines);
          if (bad) stores.set_asides.refuses.throws = createOutage('s3');
          const batch = kinesisRecords('nonsense', ...ids.map((id) => record(id)));
          const { response } = await consume(batch);
          for (const store of [stores.results_table, stores.lake, stores.set_asides]) {
            store.refuses.ids = new Set();
            delete store.refuses.throws;
          }
          const failed = new Set(response.batchItemFailures.map((item) => item.itemIdentifier));
          await consume(batch.filter(({ kinesis }) => failed.has(kinesis.sequenceNumber)));
          expect(rowIds().sort()).toEqual(ids);
          expect(lineIds().sort()).toEqual(ids);
          expect(stores.objects.size).toBe(1);
        },
      ),
    );
  });
});

describe('a bug', () => {
  it.each(['results_table', 'lake', 'set_asides'] as const)(
    'A bug in %s fails the batch',
    async (name) => {
      stores[name].refuses.throws = new TypeError('undefined is not a function');
      await expect(consume(kinesisRecords(record('a'), 'nonsense'))).rejects.toThrow(TypeError);
    },
  );
});

describe('versions of one record in a batch', () => {
  const version = (record_version: number) =>
    record('a', { record_version, text: `version ${record_version}` });

  it('Of several versions the table keeps the highest, and the lake gets a line for each', async () => {
    const report = await consume(kinesisRecords(version(1), version(3), version(2)));
    expect(report).toMatchObject({ results: 3, failed: 0 });
    expect(report).toMatchObject({ unchanged: 0, not_newer: 1 });
    const row = stores.rows.get('default#s#a')!;
    expect(row).toMatchObject({ record_version: 3, revision: expect.any(Number) });
    expect(stores.lines.map((line) => line.record_version)).toEqual([1, 3, 2]);
    expect(stores.lines.map(({ revision }) => revision)).toEqual([
      undefined,
      row.revision,
      undefined,
    ]);
  });

  it('A resend is analysed and stored once, and both copies count', async () => {
    const report = await consume(kinesisRecords(version(1), version(1)));
    expect(report).toMatchObject({ records: 2, results: 2, unchanged: 0 });
    expect(asked.flat()).toHaveLength(1);
    expect(stores.lines).toHaveLength(1);
  });

  it('Of two texts with the same version or without one, the table keeps the later', async () => {
    for (const fields of [{ record_version: 1 }, {}]) {
      const texts = ['first', 'second'].map((text) => record('a', { ...fields, text }));
      expect(await consume(kinesisRecords(...texts))).toMatchObject({ results: 2, not_newer: 0 });
      expect(stores.rows.get('default#s#a')?.text).toBe('second');
      expect(stores.lines.splice(0).map(({ text }) => text)).toEqual(['first', 'second']);
      stores.rows.clear();
    }
  });

  it('The line of a record that is delivered again is the row, also if it was analysed otherwise since', async () => {
    stores.lake.refuses.ids.add('a');
    await consume(kinesisRecords(version(1)));
    stores.lake.refuses.ids.clear();
    const later = testConsumer({ now: () => NOW + 60_000 });
    expect(await later(kinesisRecords(version(1)))).toMatchObject({ results: 1, unchanged: 1 });
    expect(stores.lines).toEqual([stores.rows.get('default#s#a')]);
  });

  it('Records of two tenants with the same id are two records', async () => {
    await consume(kinesisRecords(version(1), { ...version(1), tenant: 'other' }));
    expect([...stores.rows.keys()]).toEqual(['default#s#a', 'other#s#a']);
  });

  it('Records of two sources with the same id are two records', async () => {
    await consume(kinesisRecords(version(1), { ...version(1), source: 't' }));
    expect([...stores.rows.keys()]).toEqual(['default#s#a', 'default#t#a']);
  });

  it('If the highest version gets no row, all versions of its record are delivered again', async () => {
    stores.results_table.refuses.ids.add('a');
    const report = await consume(kinesisRecords(version(1), record('b'), version(2), version(2)));
    expect(report.response.batchItemFailures).toEqual(failuresOf(1, 3, 4));
    expect(lineIds()).toEqual(['b']);
  });

  it('A version is stored although a higher version got no verdict', async () => {
    failing.set('version 2', { retryable: true });
    const report = await consume(kinesisRecords(version(1), version(2)));
    expect(report.response.batchItemFailures).toEqual(failuresOf(2));
    expect(stores.rows.get('default#s#a')?.record_version).toBe(1);
  });
});

describe('a withdrawal', () => {
  it('A withdrawal removes the text without a call to the analyzer', async () => {
    await consume(kinesisRecords(record('a')));
    const withdrawal = { record_id: 'a', source: 's', deleted: true, author: 'Ada' };
    await consume([kinesisRecord({ ...withdrawal, record_version: 1, text: 'secret' }, 2)]);
    expect(asked.flat()).toHaveLength(1);
    const row = stores.rows.get('default#s#a')!;
    expect(row).toMatchObject({ status: 'withdrawn', record_version: 1 });
    for (const name of ['text', 'author', 'url', 'attributes']) {
      expect(row).not.toHaveProperty(name);
      expect(stores.lines.at(-1)?.[name as 'text']).toBeUndefined();
    }
  });

  it('A withdrawal without a version withdraws, and a record that comes again replaces it', async () => {
    const { text: _, ...withdrawal } = record('a', { deleted: true });
    const statuses: (string | undefined)[] = [];
    for (const [i, one] of [record('a'), withdrawal, record('a')].entries()) {
      await consume([kinesisRecord(one, i + 1)]);
      statuses.push(stores.rows.get('default#s#a')?.status);
    }
    expect(statuses).toEqual(['analyzed', 'withdrawn', 'analyzed']);
  });
});
