import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Page } from '../../../jobs/ports.ts';
import { progressOf } from '../../../jobs/read-progress.ts';
import { type Job, progressSchema, RECORD_OUTCOMES } from '../../../schemas/index.ts';
import { aJob, aProcessingJob } from '../../support/jobs.ts';

const processing = (fields: Partial<Job> & { total: number }) =>
  aProcessingJob({ job_id: 'job_1', ...fields });

it('Progress is 0 of 0 while the input has not arrived, and while it is counted', () => {
  const pending = aJob({ job_id: 'job_1' });
  const nothing = { total: 0, done: 0, succeeded: 0, failed: 0, set_aside: 0, percentage: 0 };
  expect(progressOf(pending, [])).toEqual({
    progress: { ...nothing, stage: 'waiting_for_input' },
    counts: {},
  });
  const arrived = { ...pending, input: { ...pending.input, etag: '"e"', bytes: 9 } };
  expect(progressOf(arrived, []).progress).toEqual({ ...nothing, stage: 'counting' });
});

it('Progress is 0 of 0 if the row was read before the count ended and the pages after it', () => {
  const pages: Page[] = [{ page: 0, done: { positive: new Set([0, 1]) } }];
  const { progress, counts } = progressOf(aJob({ job_id: 'job_1' }), pages);
  expect(progress).toMatchObject({ total: 0, done: 0, succeeded: 0 });
  expect(counts).toEqual({});
});

it('Progress adds up closed and open pages', () => {
  const pages: Page[] = [
    { page: 0, counts: { positive: 900, empty: 60, set_aside: 40 }, done: {} },
    { page: 1, done: { positive: new Set([1_000]), withdrawn: new Set([1_001, 1_002]) } },
  ];
  expect(progressOf(processing({ total: 2_000 }), pages)).toEqual({
    progress: {
      total: 2_000,
      done: 1_003,
      succeeded: 903,
      failed: 60,
      set_aside: 40,
      percentage: 50.1,
      stage: 'submitting',
    },
    counts: { positive: 901, withdrawn: 2, empty: 60, set_aside: 40 },
  });
});

it('Progress counts a record with two outcomes once', () => {
  const page: Page = {
    page: 0,
    done: { neutral: new Set([1, 2]), positive: new Set([2]), set_aside: new Set([1]) },
  };
  expect(progressOf(processing({ total: 3 }), [page]).counts).toEqual({
    positive: 1,
    neutral: 1,
  });
});

it('Progress is 100 % when every record is done, and not before', () => {
  const percentage = (total: number, done: number) => {
    const pages = [{ page: 0, counts: { neutral: done }, done: {} }];
    return progressOf(processing({ total }), pages).progress.percentage;
  };
  expect(percentage(50_000_000, 49_999_999)).toBe(99.9);
  expect(percentage(50_000_000, 50_000_000)).toBe(100);
  expect(percentage(3, 2)).toBe(66.6);
});

it('Progress names the stage that the job is in', () => {
  const stage = (job: Job) => progressOf(job, []).progress.stage;
  expect(stage(processing({ total: 2, submitted: { records: 1, bytes: 9 } }))).toBe('submitting');
  expect(stage(processing({ total: 2, submitted: { records: 2, bytes: 9 } }))).toBe('analyzing');
  expect(stage(processing({ total: 2, status: 'CANCELLED' }))).toBe('done');
});

it('Progress of any pages conforms to its schema, and its parts add up', () => {
  const marks = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 49 }), fc.constantFrom(...RECORD_OUTCOMES)),
  );
  fc.assert(
    fc.property(marks, (ended) => {
      const done: Page['done'] = {};
      for (const [index, outcome] of ended) {
        const indexes = done[outcome] ?? new Set<number>();
        done[outcome] = indexes.add(index);
      }
      const { progress, counts } = progressOf(processing({ total: 50 }), [{ page: 0, done }]);
      expect(progressSchema.parse(progress)).toEqual(progress);
      const { succeeded, failed, set_aside } = progress;
      expect(progress.done).toBe(new Set(ended.map(([index]) => index)).size);
      expect(progress.done).toBe(succeeded + failed + set_aside);
      expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(progress.done);
    }),
  );
});
