import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom, type Random } from '../support/random.ts';
import { callApi } from './callers.ts';
import { type CheckReport, checkStorm } from './checker/check.ts';
import { openClients } from './checker/clients.ts';
import { readVerdicts } from './checker/expected.ts';
import { KINDS } from './checker/findings.ts';
import { readStores, type StoreContents } from './checker/stores.ts';
import { countRedeliveries, drain, readStatus } from './drain.ts';
import { type InjectedFaults, injectFaults } from './faults.ts';
import { finishJobs, startJobs, watchJobs } from './jobs.ts';
import { operateUnderFaults, redriveAll, repairSetAsides, replayAll } from './operate.ts';
import { produce } from './produce.ts';
import { openStorm, type Storm } from './storm.ts';

export interface ChaosOptions {
  seed: number;
  records: number;
  minutes: number;
  onProgress?: (step: string) => void;
}

export interface ChaosReport extends CheckReport {
  seed: number;
  faults: number;
  faults_by_kind: Record<string, number>;
  stuck_shards: number;
  /** Number of records in the batches that Lambda gave up on. */
  given_up: number;
  jobs: number;
  cancelled_jobs: number;
  callbacks: number;
  redeliveries: number;
  reshards: number;
  seconds: number;
}

/** Names of the report's counts of broken promises. Each count must be 0. */
export const MUST_BE_ZERO = [...KINDS, 'stuck_shards'] as const satisfies (keyof ChaosReport)[];

const MINUTE_MS = 60_000;

/**
 * Runs producers, jobs, callers of the API and operators while faults occur. Afterwards stops the
 * faults, puts everything back that can be put back, and checks the stores.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, onProgress = () => {} } = options;
  const began_at = performance.now();
  const random = createRandom(seed);
  onProgress('Starting the embedded cloud');
  const storm = await openStorm(random.fork());
  try {
    onProgress(`Publishing ${options.records} records under faults`);
    const { faults_by_kind, reshards } = await rage(storm, random, options);
    onProgress('Faults stopped: putting back what was given up');
    const stuck_shards = await settle(storm, onProgress);
    onProgress('Checking the stores');
    const { contents, report } = await audit(storm);
    return {
      seed,
      faults: Object.values(faults_by_kind).reduce((sum, n) => sum + n, 0),
      faults_by_kind,
      ...report,
      stuck_shards,
      ...countEvents(storm, contents),
      redeliveries: countRedeliveries(await readStatus(storm.test)),
      reshards,
      seconds: (performance.now() - began_at) / 1_000,
    };
  } finally {
    await storm.close();
  }
}

/** Share of the storm after which operators start their work. */
const OPERATORS_AT = 0.5;
/** Factor by which operators may prolong the faults, because their commands are slow to start. */
const MOST_PROLONGED = 5;

async function rage(storm: Storm, random: Random, options: ChaosOptions): Promise<InjectedFaults> {
  const { test, books, repairs, api_key } = storm;
  const milliseconds = options.minutes * MINUTE_MS;
  const end = new AbortController();
  const injecting = injectFaults(test, random.fork(), end.signal);
  const working = [
    watchJobs(storm, end.signal),
    callApi(test, random.fork(), { api_key, books, until: end.signal }),
    produce(test, random.fork(), { ...options, milliseconds, entries: books.entries, repairs }),
    startJobs(storm, random.fork(), Math.min(1, options.records / 2_000)),
    sleep(milliseconds * OPERATORS_AT).then(() => operateUnderFaults(storm)),
  ];
  const work = Promise.all(working);
  try {
    await Promise.race([
      Promise.all([working.at(-1), sleep(milliseconds)]),
      sleep(milliseconds * MOST_PROLONGED),
      // These promises end the faults early only if they reject.
      ...[injecting, work],
    ]);
  } finally {
    end.abort();
  }
  await work;
  return injecting;
}

/**
 * Waits for the stream, and puts back given-up batches, repaired set-asides and the whole period,
 * in this order.
 *
 * @returns the number of shards that were stuck.
 */
async function settle(storm: Storm, onProgress: (step: string) => void): Promise<number> {
  let stuck = await drain(storm, 'd1');
  onProgress('Putting back given-up batches');
  const put_back = await redriveAll(storm);
  if (put_back > 0) stuck += await drain(storm, 'd2');
  onProgress('Finishing the jobs');
  await finishJobs(storm);
  onProgress('Putting back repaired set-asides');
  await repairSetAsides(storm);
  stuck += await drain(storm, 'd3');
  onProgress('Replaying the period');
  await replayAll(storm);
  return stuck + (await drain(storm, 'd4'));
}

async function audit(storm: Storm) {
  const { test, books, api_key } = storm;
  const clients = await openClients(test.cloud);
  try {
    const contents = await readStores({
      clients,
      api: test.cloud.api,
      api_key,
      job_ids: books.jobs.map(({ job_id }) => job_id),
      log_folder: join(test.data_dir, 'logs'),
    });
    const verdictOf = await readVerdicts(clients, books, contents);
    return { contents, report: checkStorm(books, contents, verdictOf) };
  } finally {
    clients.destroy();
  }
}

function countEvents({ books }: Storm, { given_up, jobs }: StoreContents) {
  return {
    given_up: given_up.reduce((sum, { records }) => sum + records, 0),
    jobs: books.jobs.length,
    cancelled_jobs: [...jobs.values()].filter(({ status }) => status === 'CANCELLED').length,
    callbacks: books.deliveries.length,
  };
}
