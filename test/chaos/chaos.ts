import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudStatus } from '@aurastream/embedded-cloud';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import type { RecordSpec } from '../support/generated.ts';
import { functionLog } from '../support/observe.ts';
import { createRandom, type Random } from '../support/random.ts';
import { checkStores } from './check.ts';
import { createVerdictCheck } from './expected.ts';
import { injectFaults } from './faults.ts';
import { finishJobs, startJobs } from './jobs.ts';
import { type PublishedEntry, produce, produceLast } from './produce.ts';
import { readStores } from './stores.ts';

export interface ChaosOptions {
  seed: number;
  records: number;
  minutes: number;
  onProgress?: (step: string) => void;
}

export interface ChaosReport {
  seed: number;
  faults: number;
  faults_by_kind: Record<string, number>;
  acknowledged: number;
  results: number;
  set_asides: number;
  failed: number;
  lost: number;
  doubled: number;
  wrong: number;
  stuck_shards: number;
  leaked_texts: number;
  jobs: number;
  wrong_jobs: number;
  redeliveries: number;
  reshards: number;
  drain_seconds: number;
  findings: string[];
}

/**
 * Names of the fields that count broken promises in the report. The value of each field must be 0.
 */
export const MUST_BE_ZERO = [
  'lost',
  'doubled',
  'wrong',
  'stuck_shards',
  'leaked_texts',
  'wrong_jobs',
] as const satisfies (keyof ChaosReport)[];

const MINUTE_MS = 60_000;
const DRAIN_MS = 5 * MINUTE_MS;

/**
 * Runs producers and jobs while faults occur. Afterwards stops the faults, waits until the stream
 * has drained, and checks that each acknowledged record has its results.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { onProgress = () => {} } = options;
  const random = createRandom(options.seed);
  onProgress('Starting the embedded cloud');
  const test = await testCloud({ comprehendQuotas: { BatchDetectSentiment: 10_000 } });
  try {
    onProgress(`Publishing ${options.records} records under faults`);
    const { published, jobs, faults } = await publishUnderFaults(test, random, options);
    onProgress('Faults stopped: waiting for the stream to drain');
    const drain_started_at = performance.now();
    const last = await produceLast(test);
    published.push(...last);
    const stuck_shards = await drain(test, last);
    const wrong_jobs = await finishJobs(test, jobs);
    const drain_seconds = (performance.now() - drain_started_at) / 1_000;
    onProgress('Checking the stores');
    const { findings, ...counts } = await auditStores(test, published);
    return {
      seed: options.seed,
      faults: Object.values(faults.faults_by_kind).reduce((sum, n) => sum + n, 0),
      faults_by_kind: faults.faults_by_kind,
      ...counts,
      stuck_shards,
      leaked_texts: await countLeaks(test, published),
      jobs: jobs.length,
      wrong_jobs: wrong_jobs.length,
      redeliveries: countRedeliveries(await readStatus(test)),
      reshards: faults.reshards,
      drain_seconds,
      findings: [...findings, ...wrong_jobs],
    };
  } finally {
    await test.stop();
  }
}

async function publishUnderFaults(test: TestCloud, random: Random, options: ChaosOptions) {
  const milliseconds = options.minutes * MINUTE_MS;
  const end = new AbortController();
  const injecting = injectFaults(test, random.fork(), end.signal);
  const [published, jobs] = await Promise.all([
    produce(test, random.fork(), { records: options.records, milliseconds }),
    startJobs(test, random.fork()),
    sleep(milliseconds),
  ]);
  end.abort();
  return { published, jobs, faults: await injecting };
}

/**
 * Waits until the cloud is idle and the last records of each shard have their results. An idle
 * cloud is not enough, because Lambda may not have read the newest records yet. Once the last
 * records of a shard have results, Lambda has read all earlier records of the shard.
 *
 * @returns the number of shards that still have unread records after five minutes.
 */
async function drain(test: TestCloud, last: PublishedEntry[]): Promise<number> {
  const until = performance.now() + DRAIN_MS;
  let waiting = last.flatMap(({ specs }) => specs);
  for (;;) {
    await test.control('POST', 'queues/release');
    const found = await Promise.all(
      waiting.map((spec) => spec.kind === 'record' && hasResult(test, spec)),
    );
    waiting = waiting.filter((_, i) => found[i] === false);
    const status = await readStatus(test);
    if (waiting.length === 0 && status.idle) return 0;
    if (performance.now() > until) return countUnfinishedShards(status);
    await sleep(500);
  }
}

async function hasResult(test: TestCloud, { tenant, record_id }: RecordSpec): Promise<boolean> {
  return (await test.results.get(tenant, record_id)) !== undefined;
}

async function readStatus(test: TestCloud): Promise<CloudStatus> {
  return (await test.control('GET', 'status')) as CloudStatus;
}

function shardsOf({ mappings }: CloudStatus) {
  return mappings.flatMap((mapping) => ('shards' in mapping ? mapping.shards : []));
}

function countUnfinishedShards(status: CloudStatus): number {
  return Math.max(1, shardsOf(status).filter(({ unfinished }) => unfinished > 0).length);
}

function countRedeliveries({ mappings }: CloudStatus): number {
  return mappings.reduce(
    (sum, { failed_invocations, partial_invocations }) =>
      sum + failed_invocations + partial_invocations,
    0,
  );
}

async function auditStores(test: TestCloud, published: PublishedEntry[]) {
  const stores = await readStores(test);
  const contents = {
    ...stores,
    rows: stores.rows.filter(isPublished),
    view: stores.view.filter(isPublishedKey),
  };
  const specs = new Map<string, RecordSpec>();
  for (const spec of published.flatMap((entry) => entry.specs)) {
    if (spec.kind !== 'record') continue;
    specs.set(`${spec.tenant}#${spec.record_id}#${spec.record_version}`, spec);
  }
  return checkStores(published, contents, await createVerdictCheck(test, specs, contents.rows));
}

/**
 * Tells whether a producer published the record. Records of producers have ids such as `c0-17`. The
 * records of jobs have other ids. For jobs, `finishJobs` checks the progress instead of the
 * records.
 */
function isPublished({ record_id }: { record_id: string }): boolean {
  return /^c\d+-/.test(record_id);
}

function isPublishedKey(key: string): boolean {
  return isPublished({ record_id: key.split('#')[1] ?? '' });
}

/**
 * Counts the published texts that appear in the functions' logs. Each text contains a mark that
 * occurs nowhere else.
 */
async function countLeaks(test: TestCloud, published: PublishedEntry[]): Promise<number> {
  const log = await functionLog(test.data_dir);
  const texts = published
    .flatMap(({ specs }) => specs)
    .flatMap((spec) => (spec.kind === 'record' && spec.text.trim() !== '' ? [spec.text] : []));
  return new Set(texts.filter((text) => log.includes(text.slice(0, 60).trim()))).size;
}
