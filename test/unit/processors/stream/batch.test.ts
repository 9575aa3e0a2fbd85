import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAnalysis } from '../../../../processors/analysis/analysis.ts';
import type { Analyzer, VerdictCache } from '../../../../processors/analysis/ports.ts';
import { callBefore } from '../../../../processors/deadline.ts';
import { type BatchContext, withBatchContext } from '../../../../processors/stream/batch.ts';
import { createConsumer } from '../../../../processors/stream/consumer.ts';
import type { Verdict } from '../../../../schemas/index.ts';
import { NO_PRIVACY } from '../../../fakes/privacy.ts';
import { createRefusingStores } from '../../../fakes/refusing-stores.ts';
import { aProcessingJob, memoryJobs } from '../../../support/jobs.ts';
import { kinesisRecords, sequenceNumber } from '../../../support/kinesis-event.ts';
import { restoreKey } from '../../../support/restored.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = () => new Promise<never>(() => {});

const within = <Value>(
  remaining_ms: number,
  work: (context: BatchContext) => Promise<Value>,
): Promise<Value> =>
  withBatchContext({ request_id: 'request-1', remaining_ms, now: Date.now }, work);

describe('the time of a batch', () => {
  it('The deadlines of a batch end analysis calls first and delivery calls later, and refuse calls after them', async () => {
    await within(100_000, async ({ analysis, delivery }) => {
      const call = expect(callBefore(analysis, 'comprehend', never)).rejects.toMatchObject({
        service: 'comprehend',
        code: 'OutOfTime',
        retryable: true,
      });
      await vi.advanceTimersByTimeAsync(80_000);
      await call;
      await expect(callBefore(analysis, 'comprehend', async () => 1)).rejects.toThrow('OutOfTime');
      expect(await callBefore(delivery, 'firehose', async () => 1)).toBe(1);
      await vi.advanceTimersByTimeAsync(15_000);
      await expect(callBefore(delivery, 'firehose', async () => 1)).rejects.toThrow('OutOfTime');
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('The deadlines of a batch are times at 80 % and 95 % of the time that is left', async () => {
    vi.setSystemTime(1_000_000);
    const times = await within(100_000, async ({ analysis, delivery }) => [
      analysis.at,
      delivery.at,
    ]);
    expect(times).toEqual([1_080_000, 1_095_000]);
  });

  it('A call that fails with an error of its own just as its deadline passes keeps that error', async () => {
    const bug = new TypeError('This is a bug');
    await within(1_000, async ({ delivery }) => {
      const fail = async () => {
        vi.advanceTimersByTime(1_000);
        throw bug;
      };
      await expect(callBefore(delivery, 'a', fail)).rejects.toBe(bug);
    });
  });

  it('A batch that ends before its deadlines leaves no timer', async () => {
    await within(100_000, async ({ delivery }) => callBefore(delivery, 'a', async () => 1));
    await within(100_000, () => Promise.reject(new Error('a bug'))).catch(() => undefined);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('Any number of calls can wait for a deadline without a warning from Node', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const calls = within(1_000, ({ analysis }) =>
      Promise.allSettled(Array.from({ length: 20 }, () => callBefore(analysis, 'a', never))),
    );
    await vi.advanceTimersByTimeAsync(1_000);
    await calls;
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('Each batch has its own deadlines', async () => {
    const call = ({ delivery }: BatchContext) => callBefore(delivery, 'a', never);
    const first = within(1_000, call).catch(() => 'over');
    const second = within(9_000, call).catch(() => 'over');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await first).toBe('over');
    expect(vi.getTimerCount()).toBe(2);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(await second).toBe('over');
  });

  it('callBefore rethrows the error of a call unchanged', async () => {
    const bug = () => Promise.reject(new TypeError('x'));
    const work = within(1_000, ({ delivery }) => callBefore(delivery, 'a', bug));
    await expect(work).rejects.toThrow(TypeError);
  });

  it('A call that takes effect after its deadline is not undone', async () => {
    const effects: string[] = [];
    const late = async () => {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      effects.push('late');
    };
    const work = within(1_000, ({ delivery }) => callBefore(delivery, 'a', late));
    const failed = expect(work).rejects.toMatchObject({ code: 'OutOfTime' });
    await vi.advanceTimersByTimeAsync(2_000);
    await failed;
    expect(effects).toEqual(['late']);
  });
});

describe('a batch that runs out of time', () => {
  const verdict = {
    ok: true,
    sentiment: 'NEUTRAL',
    scores: { positive: 0.1, negative: 0.1, neutral: 0.7, mixed: 0.1 },
  } as const;

  /** An analyzer that answers a call only if the texts are German. Other calls get no answer. */
  const analyzer: Analyzer = {
    name: 'slow',
    version: '1',
    max_documents: 25,
    max_document_bytes: 5_000,
    supports: () => true,
    detectSentiment: (documents, language) =>
      language === 'de' ? Promise.resolve(documents.map(() => verdict)) : never(),
  };

  function slowConsumer(overrides: Partial<VerdictCache> = {}) {
    const cached = new Map<string, Verdict>();
    const cache: VerdictCache = {
      get: async () => ({ found: new Map(), unreadable: 0 }),
      put: async (verdicts) => {
        for (const [key, value] of verdicts) cached.set(key, value);
      },
      ...overrides,
    };
    const analyse = createAnalysis({
      analyzer,
      cache,
      detect_language: () => undefined,
      default_language: 'en',
      memory_entries: 10,
      max_in_flight: 2,
    });
    const stores = createRefusingStores();
    const jobs = memoryJobs();
    const process = (records: ReturnType<typeof kinesisRecords>) =>
      within(100_000, async (context) => {
        const deps = {
          ...stores,
          ...jobs,
          analyse,
          restoreKey,
          privacy: NO_PRIVACY,
          now: Date.now,
        } as const;
        const report = await createConsumer(deps)(records, context);
        return { ...report, counts: context.counts };
      });
    return { stores, jobs, cached, process };
  }

  const batch = kinesisRecords(
    { record_id: 'slow', text: 'Hello', source: 's', language: 'en' },
    { record_id: 'quick', text: 'Hallo', source: 's', language: 'de' },
  );

  it('A batch that runs out of time delivers its known results and has the other records delivered again', async () => {
    const { stores, process } = slowConsumer();
    const report = process(batch);
    await vi.advanceTimersByTimeAsync(80_000);
    expect(await report).toMatchObject({
      response: { batchItemFailures: [{ itemIdentifier: sequenceNumber(1) }] },
      results: 1,
      failures: { 'analysis OutOfTime': 1 },
    });
    expect([...stores.rows.keys()]).toEqual(['default#s#quick']);
  });

  it('A batch that runs out of time caches its verdicts for the retry', async () => {
    const { cached, process } = slowConsumer();
    const report = process(batch);
    await vi.advanceTimersByTimeAsync(80_000);
    await report;
    expect(cached.size).toBe(1);
  });

  it('A record that a store does not take in time fails', async () => {
    const { stores, process } = slowConsumer();
    stores.lake.put = never;
    const report = process(batch.slice(1));
    await vi.advanceTimersByTimeAsync(95_000);
    expect((await report).failures).toEqual({ 'lake OutOfTime': 1 });
  });

  it('A record that is not counted in time is delivered again, and counts once', async () => {
    const { jobs, process } = slowConsumer();
    const job = aProcessingJob({ job_id: 'job_1', tenant: 'default', total: 2 });
    jobs.progress.begin = async () => new Map([['job_1', job]]);
    jobs.progress.mark = never;
    const counted = { text: 'Hallo', source: 's', language: 'de', job_id: 'job_1', job_index: 0 };
    const report = process(kinesisRecords(counted));
    await vi.advanceTimersByTimeAsync(95_000);
    expect((await report).failures).toEqual({ 'progress OutOfTime': 1 });
  });

  it('Reading jobs and fetching texts end at the deadline of the analysis', async () => {
    const { jobs, process } = slowConsumer();
    jobs.claims.get = never;
    const claim = { text_claim: 'a'.repeat(64), source: 's' };
    const claims = process(kinesisRecords(claim));
    await vi.advanceTimersByTimeAsync(80_000);
    expect((await claims).failures).toEqual({ 'claims OutOfTime': 1 });
    jobs.progress.begin = never;
    const counted = { text: 'Hallo', source: 's', job_id: 'job_1', job_index: 0 };
    const report = process(kinesisRecords(counted));
    await vi.advanceTimersByTimeAsync(80_000);
    expect((await report).failures).toEqual({ 'progress OutOfTime': 1 });
  });

  it('A cache that does not answer in time counts as a cache error, not as cold traffic', async () => {
    const { process } = slowConsumer({ get: never });
    const report = process(batch);
    await vi.advanceTimersByTimeAsync(80_000);
    expect((await report).counts).toMatchObject({
      cache_errors: 1,
      cache_error: 'cache: OutOfTime',
    });
  });
});
