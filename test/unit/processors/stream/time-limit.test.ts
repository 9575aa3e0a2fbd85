import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAnalysis } from '../../../../processors/analysis/analysis.ts';
import type { Analyzer, VerdictCache } from '../../../../processors/analysis/ports.ts';
import { createConsumer } from '../../../../processors/stream/consumer.ts';
import {
  analyzerInTime,
  cacheInTime,
  claimsInTime,
  progressInTime,
  storeInTime,
} from '../../../../processors/stream/in-time.ts';
import { createTimeLimit } from '../../../../processors/stream/time-limit.ts';
import type { Verdict } from '../../../../schemas/index.ts';
import { aProcessingJob, memoryJobs } from '../../../support/jobs.ts';
import { kinesisRecords, sequenceNumber } from '../../../support/kinesis-event.ts';
import { memoryStores } from '../../../support/memory-stores.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = () => new Promise<never>(() => {});

describe('the time of an invocation', () => {
  it('ends analysis first, then delivery, and refuses what begins later', async () => {
    const time = createTimeLimit(Date.now);
    await time.run(100_000, async () => {
      const analysis = expect(time.analysis('comprehend', never)).rejects.toMatchObject({
        service: 'comprehend',
        code: 'OutOfTime',
        retryable: true,
      });
      await vi.advanceTimersByTimeAsync(80_000);
      await analysis;
      await expect(time.analysis('comprehend', async () => 1)).rejects.toThrow('OutOfTime');
      expect(await time.delivery('firehose', async () => 1)).toBe(1);
      await vi.advanceTimersByTimeAsync(15_000);
      await expect(time.delivery('firehose', async () => 1)).rejects.toThrow('OutOfTime');
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is each invocation its own', async () => {
    const time = createTimeLimit(Date.now);
    const first = time.run(1_000, () => time.delivery('a', never)).catch(() => 'over');
    const second = time.run(9_000, () => time.delivery('b', never)).catch(() => 'over');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await first).toBe('over');
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(await second).toBe('over');
  });

  it('leaves errors of the work as they are', async () => {
    const time = createTimeLimit(Date.now);
    const work = time.run(1_000, () =>
      time.delivery('a', () => Promise.reject(new TypeError('x'))),
    );
    await expect(work).rejects.toThrow(TypeError);
  });
});

describe('a batch that runs out of time', () => {
  const verdict = {
    ok: true,
    sentiment: 'NEUTRAL',
    scores: { positive: 0.1, negative: 0.1, neutral: 0.7, mixed: 0.1 },
  } as const;

  /** Answers German, and never English. */
  const analyzer: Analyzer = {
    name: 'slow',
    version: '1',
    max_documents: 25,
    max_document_bytes: 5_000,
    supports: () => true,
    detectSentiment: (documents, language) =>
      language === 'de' ? Promise.resolve(documents.map(() => verdict)) : never(),
  };

  function slowConsumer() {
    const time = createTimeLimit(Date.now);
    const cached = new Map<string, Verdict>();
    const cache: VerdictCache = {
      get: async () => ({ found: new Map(), unreadable: 0 }),
      put: async (verdicts) => {
        for (const [key, value] of verdicts) cached.set(key, value);
      },
    };
    const analyse = createAnalysis({
      analyzer: analyzerInTime(analyzer, time),
      cache: cacheInTime(cache, time),
      detect_language: () => undefined,
      default_language: 'en',
      memory_entries: 10,
      max_in_flight: 2,
    });
    const stores = memoryStores();
    const jobs = memoryJobs();
    const consume = createConsumer({
      ...stores,
      lake: storeInTime('firehose', stores.lake, time.delivery),
      progress: progressInTime(jobs.progress, time),
      claims: claimsInTime(jobs.claims, time),
      analyse,
      text_policy: 'full',
      now: Date.now,
    });
    return { time, stores, jobs, cached, consume };
  }

  const batch = kinesisRecords(
    { record_id: 'slow', text: 'Hello', source: 's', language: 'en' },
    { record_id: 'quick', text: 'Hallo', source: 's', language: 'de' },
  );

  it('delivers what it has and asks for the rest again', async () => {
    const { time, stores, consume } = slowConsumer();
    const report = time.run(100_000, () => consume(batch));
    await vi.advanceTimersByTimeAsync(80_000);
    expect(await report).toMatchObject({
      response: { batchItemFailures: [{ itemIdentifier: sequenceNumber(1) }] },
      results: 1,
      failures: { 'analysis OutOfTime': 1 },
    });
    expect([...stores.rows.keys()]).toEqual(['default#quick']);
  });

  it('keeps its verdicts for the retry', async () => {
    const { time, cached, consume } = slowConsumer();
    const report = time.run(100_000, () => consume(batch));
    await vi.advanceTimersByTimeAsync(80_000);
    await report;
    expect(cached.size).toBe(1);
  });

  it('fails what a store does not take in time', async () => {
    const { time, stores, consume } = slowConsumer();
    stores.lake.put = never;
    const report = time.run(100_000, () => consume(batch.slice(1)));
    await vi.advanceTimersByTimeAsync(95_000);
    expect((await report).failures).toEqual({ 'lake OutOfTime': 1 });
  });

  it('fails what is not counted in time: it comes again, and counts once', async () => {
    const { time, jobs, consume } = slowConsumer();
    const job = aProcessingJob({ job_id: 'job_1', tenant: 'default', total: 2 });
    jobs.progress.begin = async () => new Map([['job_1', job]]);
    jobs.progress.mark = never;
    const counted = { text: 'Hallo', source: 's', language: 'de', job_id: 'job_1', job_index: 0 };
    const report = time.run(100_000, () => consume(kinesisRecords(counted)));
    await vi.advanceTimersByTimeAsync(95_000);
    expect((await report).failures).toEqual({ 'progress OutOfTime': 1 });
  });

  it('waits for no job and no text longer than for verdicts', async () => {
    const { time, jobs, consume } = slowConsumer();
    jobs.claims.get = never;
    const claim = { text_claim: 'a'.repeat(64), source: 's' };
    const claims = time.run(100_000, () => consume(kinesisRecords(claim)));
    await vi.advanceTimersByTimeAsync(80_000);
    expect((await claims).failures).toEqual({ 'claims OutOfTime': 1 });
    jobs.progress.begin = never;
    const counted = { text: 'Hallo', source: 's', job_id: 'job_1', job_index: 0 };
    const report = time.run(100_000, () => consume(kinesisRecords(counted)));
    await vi.advanceTimersByTimeAsync(80_000);
    expect((await report).failures).toEqual({ 'progress OutOfTime': 1 });
  });
});

describe('a cache that does not answer in time', () => {
  it('is told as an error of the cache, not as cold traffic', async () => {
    const time = createTimeLimit(Date.now);
    const cache = cacheInTime({ get: never, put: never }, time);
    const read = time.run(1_000, () => cache.get(['a']));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await read).toMatchObject({ error: { code: 'OutOfTime' }, unreadable: 0 });
  });
});
