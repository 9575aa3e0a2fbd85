import type { Books, JobBook } from './books.ts';
import type { VerdictOf } from './expected.ts';
import type { Findings } from './findings.ts';
import type { JobStatus } from './formats.ts';
import type { StoreContents } from './stores.ts';

/** Checks the final status, the totals and the reported progress of each job. */
export function checkJobs(
  { jobs }: Books,
  contents: StoreContents,
  verdictOf: VerdictOf,
  findings: Findings,
): void {
  for (const job of jobs) {
    const status = contents.jobs.get(job.job_id);
    const problem =
      status === undefined
        ? 'the API does not know the job'
        : (describePolls(job) ?? describeStatus(job, status, verdictOf));
    if (problem !== undefined) findings.add('wrong_jobs', `${job.job_id}: ${problem}`);
  }
}

function describePolls({ polls }: JobBook): string | undefined {
  let before = 0;
  for (const { done, total } of polls) {
    if (done > total) return `${done} of ${total} records were done`;
    if (done < before) return `the progress fell from ${before} to ${done}`;
    before = done;
  }
  return undefined;
}

function describeStatus(job: JobBook, status: JobStatus, verdictOf: VerdictOf): string | undefined {
  const { fate, cancellation } = job;
  if (status.progress.done > status.progress.total) return 'more records are done than in total';
  if (fate === 'upload_missing') {
    const is_failed = status.status === 'FAILED' && status.error?.code === 'INPUT_NEVER_ARRIVED';
    return is_failed ? undefined : `${status.status} although its input never arrived`;
  }
  if (status.status === 'CANCELLED') {
    const may_be_cancelled = fate === 'cancel' && cancellation !== 'refused';
    return may_be_cancelled ? undefined : 'CANCELLED against the API’s answer';
  }
  if (cancellation === 'accepted') return `${status.status} after the API had cancelled it`;
  return describeCompletion(job, status, verdictOf);
}

function describeCompletion(
  { texts }: JobBook,
  { status, progress, counts }: JobStatus,
  verdictOf: VerdictOf,
): string | undefined {
  const set_aside = texts.filter((text) => text === undefined).length;
  const expected = set_aside === 0 ? 'COMPLETED' : 'COMPLETED_WITH_ERRORS';
  if (status !== expected) return `${status}, not ${expected}`;
  const succeeded = texts.length - set_aside;
  const totals = { total: texts.length, done: texts.length, succeeded, failed: 0, set_aside };
  const wrong = Object.entries(totals).find(
    ([name, count]) => progress[name as keyof typeof progress] !== count,
  );
  if (wrong !== undefined) {
    const [name, count] = wrong;
    return `${name} is ${progress[name as keyof typeof progress]}, not ${count}`;
  }
  return describeCounts(texts, counts, verdictOf);
}

/** Compares the job's counts by sentiment with the analyzer's own verdicts. */
function describeCounts(
  texts: (string | undefined)[],
  counts: Record<string, number>,
  verdictOf: VerdictOf,
): string | undefined {
  const expected = new Map<string, number>();
  for (const text of texts) {
    const sentiment = text === undefined ? undefined : verdictOf('en', text)?.sentiment;
    // The checker has no own verdict on a text that the product splits.
    if (text !== undefined && sentiment === undefined) return undefined;
    const name = sentiment?.toLowerCase() ?? 'set_aside';
    expected.set(name, (expected.get(name) ?? 0) + 1);
  }
  for (const [name, count] of expected) {
    if (counts[name] !== count) return `${counts[name]} records are ${name}, not ${count}`;
  }
  return undefined;
}
