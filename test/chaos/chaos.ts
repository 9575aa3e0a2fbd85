import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudStatus } from '@aurastream/embedded-cloud';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import type { RecordSpec } from '../support/generated.ts';
import { functionLog } from '../support/observe.ts';
import { createRandom } from '../support/random.ts';
import { check } from './check.ts';
import { expectedVerdicts } from './expected.ts';
import { finishJobs, startJobs } from './jobs.ts';
import { type PublishedEntry, produce, produceLast } from './produce.ts';
import { readStores } from './stores.ts';
import { brew } from './storm.ts';

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

/** What a run must not have one of. */
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

/** Producers, jobs and faults for some minutes; then calm, until all is quiet; then the books are checked. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { onProgress = () => {} } = options;
  const random = createRandom(options.seed);
  onProgress('Starting the embedded cloud');
  const test = await testCloud({ comprehendQuotas: { BatchDetectSentiment: 10_000 } });
  try {
    const milliseconds = options.minutes * MINUTE_MS;
    const over = new AbortController();
    const storming = brew(test, random.fork(), over.signal);
    onProgress(`Publishing ${options.records} records in a storm`);
    const [published, jobs] = await Promise.all([
      produce(test, random.fork(), { records: options.records, milliseconds }),
      startJobs(test, random.fork()),
      sleep(milliseconds),
    ]);
    over.abort();
    const storm = await storming;
    await storm.calm();
    onProgress('Calm: waiting for the stream to drain');
    const drained_from = performance.now();
    const last = await produceLast(test);
    published.push(...last);
    const stuck_shards = await drain(test, last);
    const wrong_jobs = await finishJobs(test, jobs);
    const drain_seconds = (performance.now() - drained_from) / 1_000;
    onProgress('Checking the books');
    const verdict = await audit(test, published);
    const { findings, ...counts } = verdict;
    return {
      seed: options.seed,
      faults: Object.values(storm.faults_by_kind).reduce((sum, n) => sum + n, 0),
      faults_by_kind: storm.faults_by_kind,
      ...counts,
      stuck_shards,
      leaked_texts: await leaks(test, published),
      jobs: jobs.length,
      wrong_jobs: wrong_jobs.length,
      redeliveries: redeliveries(await status(test)),
      reshards: storm.reshards,
      drain_seconds,
      findings: [...findings, ...wrong_jobs],
    };
  } finally {
    await test.stop();
  }
}

/**
 * Waits for everything to be done. That nothing is under way says little of what was put a moment ago and nobody has read
 * yet; but once the last records have their results, all that stood before them was read.
 *
 * @returns how many shards still are not done.
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
    const now = await status(test);
    if (waiting.length === 0 && now.idle) return 0;
    if (performance.now() > until) return unfinishedShards(now);
    await sleep(500);
  }
}

async function hasResult(test: TestCloud, { tenant, record_id }: RecordSpec): Promise<boolean> {
  return (await test.results.get(tenant, record_id)) !== undefined;
}

async function status(test: TestCloud): Promise<CloudStatus> {
  return (await test.control('GET', 'status')) as CloudStatus;
}

function shardsOf({ mappings }: CloudStatus) {
  return mappings.flatMap((mapping) => ('shards' in mapping ? mapping.shards : []));
}

function unfinishedShards(now: CloudStatus): number {
  return Math.max(1, shardsOf(now).filter(({ unfinished }) => unfinished > 0).length);
}

function redeliveries({ mappings }: CloudStatus): number {
  return mappings.reduce(
    (sum, { failed_invocations, partial_invocations }) =>
      sum + failed_invocations + partial_invocations,
    0,
  );
}

async function audit(test: TestCloud, published: PublishedEntry[]) {
  const found = await readStores(test);
  const mine = { ...found, rows: found.rows.filter(isOurs), view: found.view.filter(isOursKey) };
  const specs = new Map<string, RecordSpec>();
  for (const spec of published.flatMap((entry) => entry.specs)) {
    if (spec.kind !== 'record') continue;
    specs.set(`${spec.tenant}#${spec.record_id}#${spec.record_version}`, spec);
  }
  return check(published, mine, await expectedVerdicts(test, specs, mine.rows));
}

/** Jobs' own records have ids of their jobs; their books are their progress. */
function isOurs({ record_id }: { record_id: string }): boolean {
  return /^c\d+-/.test(record_id);
}

function isOursKey(key: string): boolean {
  return isOurs({ record_id: key.split('#')[1] ?? '' });
}

/** How many texts stand in a log. Each text carries a mark that nothing else has. */
async function leaks(test: TestCloud, published: PublishedEntry[]): Promise<number> {
  const log = await functionLog(test.data_dir);
  const texts = published
    .flatMap(({ specs }) => specs)
    .flatMap((spec) => (spec.kind === 'record' && spec.text.trim() !== '' ? [spec.text] : []));
  return new Set(texts.filter((text) => log.includes(text.slice(0, 60).trim()))).size;
}
