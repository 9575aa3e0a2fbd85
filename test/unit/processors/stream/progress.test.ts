import { expect, it } from 'vitest';
import type { JobProgress } from '../../../../jobs/progress.ts';
import { decode } from '../../../../processors/stream/decode/decode.ts';
import { unreadable } from '../../../../processors/stream/decode/unreadable.ts';
import { countInJobs, outcomeOf } from '../../../../processors/stream/progress.ts';
import { setAside } from '../../../../processors/stream/set-aside.ts';
import { SENTIMENTS } from '../../../../schemas/index.ts';
import { NO_PRIVACY } from '../../../fakes/privacy.ts';
import { createRefusingStores } from '../../../fakes/refusing-stores.ts';
import { aBatchContext } from '../../../support/batch-context.ts';
import { aProcessingJob } from '../../../support/jobs.ts';
import { kinesisRecords, sequenceNumber } from '../../../support/kinesis-event.ts';
import { aResult } from '../../../support/results.ts';

const job = aProcessingJob({ job_id: 'job_1', total: 9 });
const inJob = (job_index: number) => ({ source: 's', text: 'a', job_id: 'job_1', job_index });
const items = decode(
  kinesisRecords(inJob(0), { source: 's', text: 'a' }, inJob(1), inJob(2)),
).items;

/** Creates progress that counts all records of the job but those of the given indexes. */
function progressWithout(...refused: number[]) {
  const marked: unknown[] = [];
  const progress: JobProgress = {
    begin: async () => new Map(),
    mark: async (entries) => {
      marked.push(...entries.map(({ job_index, outcome }) => ({ job_index, outcome })));
      return entries.flatMap(({ job_index }, index) =>
        refused.includes(job_index) ? [{ index, code: 'Throttled' }] : [],
      );
    },
  };
  return { progress, marked };
}

it('a record that cannot be counted in its job is delivered again, and the others end', async () => {
  const { progress, marked } = progressWithout(1);
  const context = aBatchContext();
  const ended = items.map((item) => ({ item, outcome: 'positive' as const }));
  expect(
    await countInJobs(
      ended,
      progress,
      ({ job_id }) => (job_id === 'job_1' ? job : undefined),
      context,
    ),
  ).toBe(3);
  expect(marked).toEqual([0, 1, 2].map((job_index) => ({ job_index, outcome: 'positive' })));
  const report = context.tally.report(kinesisRecords('a', 'b', 'c', 'd'));
  expect(report.response.batchItemFailures).toEqual([{ itemIdentifier: sequenceNumber(3) }]);
  expect(report.failures).toEqual({ 'progress Throttled': 1 });
});

it('a set-aside that cannot be counted in its job is not one of the batch yet', async () => {
  const { progress, marked } = progressWithout(2);
  const context = aBatchContext();
  const { set_asides } = createRefusingStores();
  const rejected = items.map((item) => ({ item, why: unreadable('text_missing', 'is not there') }));
  await setAside(rejected, { set_asides, progress, privacy: NO_PRIVACY }, () => job, context);
  expect(context.tally.set_asides).toBe(3);
  expect(marked).toEqual([0, 1, 2].map((job_index) => ({ job_index, outcome: 'set_aside' })));
  const report = context.tally.report(kinesisRecords('a', 'b', 'c', 'd'));
  expect(report).toMatchObject({ failed: 1, reasons: { text_missing: 4 } });
});

it('a job counts an analysed record by its sentiment, and any other by its status', () => {
  for (const sentiment of SENTIMENTS) {
    expect(outcomeOf(aResult({ status: 'analyzed', sentiment }))).toBe(sentiment.toLowerCase());
  }
  for (const status of ['withdrawn', 'empty', 'unsupported_language'] as const) {
    expect(outcomeOf(aResult({ status }))).toBe(status);
  }
});
