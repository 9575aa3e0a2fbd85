import type { KinesisStreamRecord } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import type { JobStore } from '../../../../jobs/ports.ts';
import { progressOf } from '../../../../jobs/read-progress.ts';
import type { Analyse } from '../../../../processors/analysis/analysis.ts';
import type { AnalysisOutcome, AnalysisRequest } from '../../../../processors/analysis/outcome.ts';
import { createConsumer } from '../../../../processors/stream/consumer.ts';
import type { BatchReport } from '../../../../processors/stream/tally.ts';
import { hashText, type Job, type Sentiment } from '../../../../schemas/index.ts';
import { createFakeJobStore } from '../../../fakes/job-store.ts';
import { createOutage } from '../../../fakes/network.ts';
import { NO_PRIVACY } from '../../../fakes/privacy.ts';
import { createRefusingStores } from '../../../fakes/refusing-stores.ts';
import { aBatchContext } from '../../../support/batch-context.ts';
import { aProcessingJob, JOBS_NOW, memoryJobs } from '../../../support/jobs.ts';
import { kinesisRecords, SHARD_ID, sequenceNumber } from '../../../support/kinesis-event.ts';
import { restoreKey } from '../../../support/restored.ts';

const now = () => JOBS_NOW;
const LONG = 'A long text that waits in the input bucket';

let stores: ReturnType<typeof createRefusingStores>;
let jobs: ReturnType<typeof memoryJobs>;
let store: JobStore;
let asked: string[];
let consume: (records: KinesisStreamRecord[]) => Promise<BatchReport>;

/** Yields an outcome for each request. The text of the request selects the outcome. */
const analyse: Analyse = async function* (requests) {
  yield requests.map((request) => [request, outcomeOf(request)]);
};

function outcomeOf({ text }: AnalysisRequest): AnalysisOutcome {
  asked.push(text);
  if (text === 'FAILS') {
    return { status: 'failed', code: 'InternalFailure', retryable: true, throttled: false };
  }
  if (text === 'BLANK') return { status: 'empty' };
  return {
    status: 'analyzed',
    verdict: {
      sentiment: text === 'BAD' ? 'NEGATIVE' : ('NEUTRAL' as Sentiment),
      scores: { positive: 0.1, negative: 0.1, neutral: 0.7, mixed: 0.1 },
      chunks: 1,
    },
    language_code: 'en',
    language_source: 'detected',
    cache: 'miss',
    analyzer: { name: 'test', version: '1' },
  };
}

beforeEach(() => {
  stores = createRefusingStores();
  store = createFakeJobStore({ now });
  jobs = memoryJobs({ store, texts: [LONG] });
  asked = [];
  const consumer = createConsumer({
    ...stores,
    ...jobs,
    analyse,
    restoreKey,
    privacy: NO_PRIVACY,
    now,
  });
  consume = (records) => consumer(records, aBatchContext());
});

const record = (job_index: number, fields: object = {}) => ({
  record_id: `r-${job_index}`,
  text: `text ${job_index}`,
  source: 's',
  tenant: 'acme',
  job_id: 'job_1',
  job_index,
  ...fields,
});
const { text: _, ...claiming } = record(0);
const claim = (text: string) => ({ ...claiming, text_claim: hashText(text) });

async function createJob(fields: Partial<Job> & { total: number }): Promise<Job> {
  const { job } = await store.create(aProcessingJob({ job_id: 'job_1', ...fields }));
  return job;
}

async function readCounts(job_id = 'job_1') {
  const job = await store.get(job_id);
  const { progress, counts } = progressOf(job!, await store.pages(job!));
  return { status: job!.status, done: progress.done, counts };
}

describe('a job’s records', () => {
  it('Delivered records are counted in their job, and complete it', async () => {
    await createJob({ total: 3 });
    await consume(kinesisRecords(record(0), record(2, { text: 'BAD' })));
    expect(await readCounts()).toEqual({
      status: 'PROCESSING',
      done: 2,
      counts: { negative: 1, neutral: 1 },
    });
    await consume(kinesisRecords(record(1)));
    expect(await readCounts()).toMatchObject({ status: 'COMPLETED', done: 3 });
    expect(jobs.finals.map(({ job_id }) => job_id)).toEqual(['job_1']);
  });

  it('Records without a verdict complete their job with errors', async () => {
    await createJob({ total: 2 });
    await consume(kinesisRecords(record(0, { text: 'BLANK' }), record(1)));
    expect(await readCounts()).toEqual({
      status: 'COMPLETED_WITH_ERRORS',
      done: 2,
      counts: { empty: 1, neutral: 1 },
    });
  });

  it('Records that a service refused are counted only after they are delivered again', async () => {
    await createJob({ total: 4 });
    stores.lake.refuses.ids.add('r-1');
    stores.results_table.refuses.ids.add('r-2');
    const batch = kinesisRecords(record(0), record(1), record(2), record(3, { text: 'FAILS' }));
    expect(await consume(batch)).toMatchObject({ results: 1, failed: 3 });
    expect((await readCounts()).done).toBe(1);
  });

  it('Equal records of a job are each counted, and analysed once', async () => {
    await createJob({ total: 3 });
    const same = { record_id: 'twice', text: 'the same' };
    const report = await consume(
      kinesisRecords(record(0, same), record(1, same), record(2, { ...same, record_version: 1 })),
    );
    expect(report).toMatchObject({ records: 3, results: 3 });
    expect(asked).toEqual(['the same', 'the same']);
    expect(await readCounts()).toMatchObject({ status: 'COMPLETED', done: 3 });
  });

  it('A record that is in two jobs is counted in both', async () => {
    await createJob({ total: 1 });
    await createJob({ job_id: 'job_2', total: 1 });
    await consume(kinesisRecords(record(0), record(0, { job_id: 'job_2' })));
    expect(asked).toHaveLength(1);
    expect((await readCounts('job_1')).status).toBe('COMPLETED');
    expect((await readCounts('job_2')).status).toBe('COMPLETED');
  });

  it('A record counts once in its job, however often it is delivered', async () => {
    await createJob({ total: 2 });
    const batch = kinesisRecords(record(0));
    await consume(batch);
    await consume(batch);
    expect((await readCounts()).done).toBe(1);
  });

  it('A withdrawn record counts as withdrawn in its job', async () => {
    await createJob({ total: 1 });
    await consume(kinesisRecords(record(0, { deleted: true })));
    expect(await readCounts()).toMatchObject({ status: 'COMPLETED', counts: { withdrawn: 1 } });
  });

  it('A job all of whose records are not newer than their rows completes, and says how many they are', async () => {
    const newer = [0, 1, 2].map((i) =>
      record(i, { record_version: 2, job_id: undefined, job_index: undefined }),
    );
    await consume(kinesisRecords(...newer));
    await createJob({ total: 3 });
    await consume(kinesisRecords(...[0, 1].map((i) => record(i, { record_version: 1 }))));
    await consume(kinesisRecords(record(2, { record_version: 1, deleted: true })));
    expect(await readCounts()).toEqual({
      status: 'COMPLETED',
      done: 3,
      counts: { not_newer: 3 },
    });
  });

  it('A record without a verdict counts as such in its job, also if its row is newer', async () => {
    await consume(
      kinesisRecords(record(0, { record_version: 2, job_id: undefined, job_index: undefined })),
    );
    await createJob({ total: 1 });
    await consume(kinesisRecords(record(0, { record_version: 1, text: 'BLANK' })));
    expect(await readCounts()).toMatchObject({
      status: 'COMPLETED_WITH_ERRORS',
      counts: { empty: 1 },
    });
  });

  it.each([
    ['is unknown', record(0, { job_id: 'job_unknown' })],
    ['is another tenant’s', record(0, { tenant: 'other' })],
    ['has fewer records', record(9)],
  ])('A record whose job %s is processed like a record without a job', async (_why, foreign) => {
    await createJob({ total: 2 });
    const report = await consume(kinesisRecords(foreign));
    expect(report).toMatchObject({ results: 1, cancelled: 0, failed: 0 });
    expect(stores.rows.size).toBe(1);
    expect((await readCounts()).done).toBe(0);
  });
});

describe('a cancelled job', () => {
  it('Records of a cancelled job get no result and make no call', async () => {
    await createJob({ total: 2 });
    await store.transition('job_1', 'CANCELLED', {});
    const others = { job_id: undefined, job_index: undefined };
    const batch = kinesisRecords(record(0), record(1), record(2, others));
    expect(await consume(batch)).toMatchObject({
      response: { batchItemFailures: [] },
      records: 3,
      results: 1,
      cancelled: 2,
      failed: 0,
    });
    expect(asked).toEqual(['text 2']);
    expect([...stores.rows.keys()]).toEqual(['acme#s#r-2']);
    expect(stores.lines).toHaveLength(1);
    expect(await readCounts()).toMatchObject({ status: 'CANCELLED', done: 0 });
  });

  it('A cancelled job of another tenant does not stop a record', async () => {
    await createJob({ total: 2, tenant: 'other' });
    await store.transition('job_1', 'CANCELLED', {});
    expect(await consume(kinesisRecords(record(0)))).toMatchObject({ results: 1, cancelled: 0 });
  });

  it.each(['PENDING', 'PROCESSING', 'COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED'] as const)(
    'A record of a job that is %s gets its result',
    async (status) => {
      await createJob({ total: 1, status });
      expect(await consume(kinesisRecords(record(0)))).toMatchObject({ results: 1, cancelled: 0 });
      expect(stores.rows.size).toBe(1);
    },
  );

  it('Texts of a cancelled job are not fetched', async () => {
    await createJob({ total: 1 });
    await store.transition('job_1', 'CANCELLED', {});
    jobs.claims.get = () => Promise.reject(new Error('it did'));
    expect(await consume(kinesisRecords(claim(LONG)))).toMatchObject({ cancelled: 1 });
  });
});

describe('while jobs are down', () => {
  it('While jobs cannot be read, records with a job are delivered again later, and other records are processed', async () => {
    store.getMany = () => Promise.reject(createOutage('dynamodb'));
    const others = { job_id: undefined, job_index: undefined };
    const report = await consume(kinesisRecords(record(0), record(1, others)));
    expect(report).toMatchObject({
      response: { batchItemFailures: [{ itemIdentifier: sequenceNumber(1) }] },
      results: 1,
      failed: 1,
      failures: { 'progress InternalServerError': 1 },
    });
    expect(asked).toEqual(['text 1']);
  });

  it('Records that cannot be counted are delivered again, and counted then', async () => {
    await createJob({ total: 2 });
    const { mark } = store;
    store.mark = () => Promise.reject(createOutage('dynamodb'));
    const batch = kinesisRecords(record(0));
    expect(await consume(batch)).toMatchObject({
      response: { batchItemFailures: [{ itemIdentifier: sequenceNumber(1) }] },
      results: 0,
      failures: { 'progress InternalServerError': 1 },
    });
    store.mark = mark;
    await consume(batch);
    expect((await readCounts()).done).toBe(1);
  });

  it('A batch without jobs does not read the job store', async () => {
    store.getMany = () => Promise.reject(new Error('it did'));
    const others = { job_id: undefined, job_index: undefined };
    expect(await consume(kinesisRecords(record(1, others)))).toMatchObject({ results: 1 });
  });
});

describe('a text that did not fit on the stream', () => {
  it('A text that did not fit on the stream is fetched and analysed', async () => {
    await createJob({ total: 1 });
    expect(await consume(kinesisRecords(claim(LONG)))).toMatchObject({ results: 1 });
    expect(stores.rows.get('acme#s#r-0')).toMatchObject({ text: LONG, text_hash: hashText(LONG) });
    expect((await readCounts()).status).toBe('COMPLETED');
  });

  it('A record whose text does not exist is set aside unchanged, and counted as set aside', async () => {
    await createJob({ total: 1 });
    const report = await consume(kinesisRecords(claim('never put')));
    expect(report).toMatchObject({
      response: { batchItemFailures: [] },
      results: 0,
      set_asides: 1,
      reasons: { text_missing: 1 },
    });
    const [set_aside] = stores.objects.values();
    expect(set_aside).toMatchObject({ reason: 'text_missing', shard_id: SHARD_ID });
    const bytes = Buffer.from(set_aside!.data_base64, 'base64').toString();
    expect(JSON.parse(bytes)).toEqual(claim('never put'));
    expect(await readCounts()).toEqual({
      status: 'COMPLETED_WITH_ERRORS',
      done: 1,
      counts: { set_aside: 1 },
    });
  });

  it('A fetched text with another hash than its record claims is not analysed', async () => {
    jobs.claims.get = async () => 'another text';
    const report = await consume(kinesisRecords(claim(LONG)));
    expect(report.reasons).toEqual({ text_missing: 1 });
    expect(asked).toEqual([]);
    expect(JSON.stringify([...stores.objects.values()][0]!.issues)).not.toContain('another text');
  });

  it('While the input bucket is down, records with a text there are delivered again later', async () => {
    jobs.claims.get = () => Promise.reject(createOutage('s3'));
    const report = await consume(kinesisRecords(claim(LONG), record(1)));
    expect(report).toMatchObject({
      response: { batchItemFailures: [{ itemIdentifier: sequenceNumber(1) }] },
      results: 1,
      set_asides: 0,
      failures: { 'claims InternalServerError': 1 },
    });
  });

  it('A record that could not be set aside is not counted', async () => {
    await createJob({ total: 1 });
    stores.set_asides.refuses.throws = createOutage('s3');
    const report = await consume(kinesisRecords(claim('never put')));
    expect(report).toMatchObject({
      set_asides: 0,
      failures: { 'set_asides InternalServerError': 1 },
    });
    expect((await readCounts()).done).toBe(0);
  });

  it('The text of a withdrawn record is not fetched', async () => {
    jobs.claims.get = () => Promise.reject(new Error('it did'));
    await consume(kinesisRecords({ ...claim(LONG), deleted: true }));
    expect(stores.rows.get('acme#s#r-0')?.status).toBe('withdrawn');
  });

  it('Only a few texts are fetched at a time, so that they fit in memory', async () => {
    const puts = () => stores.results_table.puts.map((put) => put.length);
    const batch = Array.from({ length: 70 }, (_, i) => ({ ...claim(LONG), record_id: `r-${i}` }));
    await consume(kinesisRecords({ ...record(0), record_id: 'plain' }, ...batch));
    expect(puts()).toEqual([33, 32, 6]);
    stores.results_table.puts.length = 0;
    await consume(kinesisRecords(...Array.from({ length: 100 }, (_, i) => record(i))));
    expect(puts()).toEqual([100]);
  });
});
