import { join } from 'node:path';
import { settings } from '../infra/settings.ts';
import { type Bundles, bundlePrograms, type ProgramName } from './bundles.ts';
import { withFolder } from './folder.ts';
import type { Load } from './load.ts';
import { withChild } from './processes/child.ts';
import type { ProgramQuestion, ProgramReport } from './processes/program.ts';
import type { Seen, ServicesQuestion } from './processes/services.ts';
import type { Counts } from './services/counters.ts';
import type { LATENCIES } from './services/latency.ts';
import type { Run } from './suite.ts';

/** What a program did, and what the services saw of it meanwhile. */
export interface Ran extends ProgramReport {
  counts: Counts;
}

/** What a program gets. */
export interface Given {
  load: Load;
  latencies: keyof typeof LATENCIES;
  /** Before anything is measured. */
  warm_batches: number;
  /** Of one measurement. */
  batches: number;
}

/** Measures some more batches. @throws {Error} where the program failed a record, or the table misses a row. */
export type Measure = () => Promise<Ran>;

export function withBundles<T>(work: (bundles: Bundles) => Promise<T>): Promise<T> {
  return withFolder((folder) => work(bundlePrograms(folder)));
}

/** Calls at a time that each does most records with, of 50, 100 and 200; ours are as deployed. */
const IN_FLIGHT: Record<ProgramName, number> = {
  product: settings.consumer.comprehend_max_in_flight,
  floor: 50,
  per_record: 200,
  powertools: 100,
};

/** A warm program in a process of its own, and the stand-ins that it calls in another, for as long as the work takes. */
export function withProgram<T>(
  bundles: Bundles,
  program: ProgramName,
  { load, latencies, warm_batches, batches, signal, profile }: Given & Run,
  work: (measure: Measure) => Promise<T>,
): Promise<T> {
  return withServices(bundles, { latencies, signal }, async (services) => {
    const child = {
      env: {
        ...environment(services.endpoint),
        IN_FLIGHT: String(IN_FLIGHT[program]),
      },
      signal,
      profile: profile && join(profile, `${load.name}-${latencies}-${program}.cpuprofile`),
    };
    return withChild(bundles.program, child, async ({ ask }) => {
      const bundle = bundles[program];
      const warm: ProgramQuestion = { kind: 'warm', bundle, load, shard: 0, batches: warm_batches };
      let records = await ask<number>(warm);
      return work(async () => {
        await services.resetCounts();
        const report = await ask<ProgramReport>({ kind: 'measure', batches });
        const { counts, rows } = await services.read();
        records += report.records;
        if (rows !== records) {
          throw new Error(`${program} left ${rows} rows of ${records} records (${load.name})`);
        }
        return { ...report, counts };
      });
    });
  });
}

/** The stand-ins, in a process of their own. */
interface RunningServices {
  endpoint: string;
  resetCounts(): Promise<void>;
  read(): Promise<Seen>;
}

function withServices<T>(
  bundles: Bundles,
  { signal, ...given }: Omit<ServicesQuestion & { kind: 'start' }, 'kind'> & Pick<Run, 'signal'>,
  work: (services: RunningServices) => Promise<T>,
): Promise<T> {
  return withChild(bundles.services, { signal }, async (child) => {
    const ask = <Answer>(question: ServicesQuestion) => child.ask<Answer>(question);
    return work({
      endpoint: await ask<string>({ kind: 'start', ...given }),
      resetCounts: () => ask({ kind: 'reset_counts' }),
      read: () => ask<Seen>({ kind: 'read' }),
    });
  });
}

/** What consumers did together, each on a shard of its own. */
export interface RanTogether extends Seen {
  records: number;
}

/** The product's consumers as they are deployed, under a quota of Comprehend's that they share. */
export function runConsumers(
  bundles: Bundles,
  given: { load: Load; consumers: number; batches: number; calls_per_second: number } & Run,
): Promise<RanTogether> {
  const { load, consumers, batches, calls_per_second, signal } = given;
  const limits = { 'comprehend.BatchDetectSentiment': calls_per_second };
  return withServices(bundles, { latencies: 'realistic', limits, signal }, async (services) => {
    const env = { ...environment(services.endpoint), ...deployedQuota() };
    const consume = (shard: number) =>
      withChild(bundles.program, { env, signal }, async ({ ask }) => {
        await ask({ kind: 'warm', bundle: bundles.product, load, shard, batches: 0 });
        return ask<ProgramReport>({ kind: 'measure', batches });
      });
    const reports = await Promise.all(Array.from({ length: consumers }, (_, i) => consume(i)));
    const records = reports.reduce((sum, report) => sum + report.records, 0);
    const seen = await services.read();
    if (seen.rows !== records) throw new Error(`${seen.rows} rows of ${records} records`);
    return { ...seen, records };
  });
}

function deployedQuota(): Record<string, string> {
  const { consumer } = settings;
  return {
    COMPREHEND_CALLS_PER_SECOND: String(consumer.comprehend_calls_per_second),
    COMPREHEND_FALLBACK_CALLS_PER_SECOND: String(consumer.comprehend_fallback_calls_per_second),
  };
}

/** Nobody has a quota but where one is measured. */
function environment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
    POWERTOOLS_SERVICE_NAME: 'bench',
    POWERTOOLS_METRICS_NAMESPACE: 'bench',
    COMPREHEND_MAX_IN_FLIGHT: String(settings.consumer.comprehend_max_in_flight),
    COMPREHEND_CALLS_PER_SECOND: '100000',
    COMPREHEND_FALLBACK_CALLS_PER_SECOND: '100000',
    CACHE_TABLE: 'cache',
    CACHE_TTL_SECONDS: '2592000',
    CACHE_MEMORY_ENTRIES: '50000',
    DEFAULT_LANGUAGE: 'en',
    QUOTA_TABLE: 'quota',
    RESULTS_TABLE: 'results',
    RESULTS_TTL_SECONDS: '7776000',
    DELIVERY_STREAM: 'lake',
    SET_ASIDE_BUCKET: 'set-asides',
    TEXT_POLICY: 'full',
    JOBS_TABLE: 'jobs',
    INPUT_BUCKET: 'inputs',
    CALLBACK_QUEUE_URL: `${endpoint}/000000000000/callbacks`,
    IDEMPOTENCY_TABLE: 'idempotency',
  };
}
