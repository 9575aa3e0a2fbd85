import { setTimeout as sleep } from 'node:timers/promises';
import { computeQuantile } from '../../bench/percentiles.ts';
import { prepareKeys } from '../../cli/start/keys.ts';
import { createCaller } from '../support/api.ts';
import type { TestCloud } from '../support/cloud.ts';
import { createJob } from './jobs.ts';
import { type LiveLoad, measureLive } from './live-load.ts';
import { type Counts, countFailures, readCounts } from './observe.ts';

export interface Measurement {
  live_records_per_second: number;
  /** Length of each of the two phases: without and beside the job. */
  seconds: number;
  /** Records of the job, more than the quota allows in the time of its phase. */
  job_records: number;
  report: (step: string) => void;
}

/** The figures of one phase. */
export interface Phase {
  records: number;
  p50_ms: number;
  p99_ms: number;
  /** Mean time that a call of the live consumer waited for its slot of the quota. */
  slot_wait_ms: number;
  calls_per_second: number;
  throttled: number;
}

export interface Figures {
  alone: Phase;
  beside: Phase;
  job: { status: string; done: number };
  /** The error of the job that cannot make its deadline. */
  refused: { code?: string; figures?: Record<string, unknown> };
  /** Batches that Lambda has given up. */
  failed_batches: number;
}

const POLL_MS = 250;
/** A message whose invocation failed comes back after its visibility timeout of minutes. */
const LONGEST_WAIT_MS = 300_000;
/**
 * Time that the second job has left before its deadline, and the number of its records. The default
 * quota carries 245 records per second, so they would take 14 minutes without any other records.
 */
const SHORT_DEADLINE_MS = 400_000;
const LATE_RECORDS = 200_000;

/**
 * Measures live records first alone and then beside a job that could use the whole quota. A second
 * job, which cannot make its deadline, arrives meanwhile.
 */
export async function measureLiveBesideBulk(
  test: TestCloud,
  { job_records, report, seconds, live_records_per_second }: Measurement,
): Promise<Figures> {
  const load = { seconds, records_per_second: live_records_per_second };
  const call = createCaller(test.cloud.api, (await prepareKeys(test.cloud)).api_key);
  report('starting the consumers');
  await measureLive(test, { ...load, name: 'warm', seconds: 1 });
  report('live records alone');
  const alone = await measurePhase(test, { ...load, name: 'alone' });
  const job = await createJob(call, 'bulk', job_records);
  const late = await createJob(call, 'late', LATE_RECORDS);
  await job.upload();
  const readJob = async (job_id: string) => (await call(`/status/${job_id}`)).body;
  report('waiting until records of the job are processed');
  await waitUntil(async () => (await readJob(job.job_id)).progress.done > 0);
  report('live records beside the job');
  const deadline_at = new Date(Date.now() + SHORT_DEADLINE_MS).toISOString();
  await test.jobs.update(late.job_id, ['PENDING'], { deadline_at });
  await late.upload();
  const beside = await measurePhase(test, { ...load, name: 'beside' });
  const { status, progress } = await readJob(job.job_id);
  await waitUntil(async () => (await readJob(late.job_id)).status === 'FAILED');
  return {
    alone,
    beside,
    job: { status, done: progress.done },
    refused: (await readJob(late.job_id)).error,
    failed_batches: await countFailures(test),
  };
}

async function measurePhase(test: TestCloud, load: LiveLoad): Promise<Phase> {
  const before = await readCounts(test);
  const started_at = performance.now();
  const latencies = await measureLive(test, load);
  const seconds = (performance.now() - started_at) / 1_000;
  const after = await readCounts(test);
  const grown = (name: keyof Counts) => after[name] - before[name];
  return {
    records: latencies.length,
    p50_ms: Math.round(computeQuantile(latencies, 0.5)),
    p99_ms: Math.round(computeQuantile(latencies, 0.99)),
    slot_wait_ms: Math.round(grown('live_waited_ms') / Math.max(1, grown('live_calls'))),
    calls_per_second: Math.round((grown('calls') / seconds) * 10) / 10,
    throttled: grown('throttled'),
  };
}

async function waitUntil(isTrue: () => Promise<boolean>): Promise<void> {
  const started_at = performance.now();
  while (!(await isTrue())) {
    if (performance.now() - started_at > LONGEST_WAIT_MS) {
      throw new Error(`Expected a job to change within ${LONGEST_WAIT_MS} ms`);
    }
    await sleep(POLL_MS);
  }
}
