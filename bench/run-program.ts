import { join } from 'node:path';
import { settings } from '../infra/settings.ts';
import type { ConsumerEnvironment } from '../schemas/index.ts';
import { type Bundles, bundlePrograms, type ProgramName } from './bundles.ts';
import { withFolder } from './folder.ts';
import type { Load } from './load.ts';
import { withChild } from './processes/child.ts';
import type { ProgramQuestion, ProgramReport } from './processes/program.ts';
import type { ServicesQuestion, ServicesReading } from './processes/services.ts';
import type { Counts } from './services/counters.ts';
import type { LATENCIES } from './services/latency.ts';
import type { Run } from './suite.ts';

/**
 * A program's report of a measurement. The report also contains the calls to the services during
 * the measurement.
 */
export interface ProgramRun extends ProgramReport {
  counts: Counts;
}

/** The batches that a program gets, and the latencies of the emulated services. */
export interface ProgramInput {
  load: Load;
  latencies: keyof typeof LATENCIES;
  /** How many batches warm the program up before the first measurement. */
  warm_batches: number;
  /** How many batches the program gets in each measurement. */
  batches: number;
}

/**
 * Gives the next batches to the program and measures the program's work.
 *
 * @throws {Error} if a record failed in the program, or if the results table lacks a row.
 */
export type Measure = () => Promise<ProgramRun>;

export function withBundles<T>(work: (bundles: Bundles) => Promise<T>): Promise<T> {
  return withFolder((folder) => work(bundlePrograms(folder)));
}

/**
 * Maximum number of calls that each program has in flight. The product uses its deployed setting.
 * For each baseline, the values 50, 100 and 200 were tried, and the fastest value was chosen.
 */
const IN_FLIGHT: Record<ProgramName, number> = {
  product: settings.consumer.analyzer_max_in_flight,
  floor: 50,
  per_record: 200,
  powertools: 100,
};

/**
 * Starts the services and a program, each in its own process, warms the program up, and runs the
 * work.
 */
export function withProgram<T>(
  bundles: Bundles,
  program: ProgramName,
  { load, latencies, warm_batches, batches, signal, profile }: ProgramInput & Run,
  work: (measure: Measure) => Promise<T>,
): Promise<T> {
  return withServices(bundles, { latencies, signal }, async (services) => {
    const child = {
      env: {
        ...buildEnvironment(services.endpoint),
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
          throw new Error(`${program} wrote ${rows} rows for ${records} records (${load.name})`);
        }
        return { ...report, counts };
      });
    });
  });
}

/** The emulated services, which run in their own process. */
interface RunningServices {
  endpoint: string;
  resetCounts(): Promise<void>;
  read(): Promise<ServicesReading>;
}

function withServices<T>(
  bundles: Bundles,
  { signal, ...options }: Omit<ServicesQuestion & { kind: 'start' }, 'kind'> & Pick<Run, 'signal'>,
  work: (services: RunningServices) => Promise<T>,
): Promise<T> {
  return withChild(bundles.services, { signal }, async (child) => {
    const ask = <Answer>(question: ServicesQuestion) => child.ask<Answer>(question);
    return work({
      endpoint: await ask<string>({ kind: 'start', ...options }),
      resetCounts: () => ask({ kind: 'reset_counts' }),
      read: () => ask<ServicesReading>({ kind: 'read' }),
    });
  });
}

/**
 * Report of a run with several consumers. The report contains the counts of the services and the
 * total number of records that the consumers handled. Each consumer has its own shard.
 */
export interface ConsumersRun extends ServicesReading {
  records: number;
}

/**
 * Runs several instances of the product's consumer with the deployed settings. All instances share
 * one Comprehend quota.
 */
export function runConsumers(
  bundles: Bundles,
  options: { load: Load; consumers: number; batches: number; calls_per_second: number } & Run,
): Promise<ConsumersRun> {
  const { load, consumers, batches, calls_per_second, signal } = options;
  const limits = { 'comprehend.BatchDetectSentiment': calls_per_second };
  return withServices(bundles, { latencies: 'realistic', limits, signal }, async (services) => {
    const env = { ...buildEnvironment(services.endpoint), ...readDeployedQuota() };
    const consume = (shard: number) =>
      withChild(bundles.program, { env, signal }, async ({ ask }) => {
        await ask({ kind: 'warm', bundle: bundles.product, load, shard, batches: 0 });
        return ask<ProgramReport>({ kind: 'measure', batches });
      });
    const reports = await Promise.all(Array.from({ length: consumers }, (_, i) => consume(i)));
    const records = reports.reduce((sum, report) => sum + report.records, 0);
    const reading = await services.read();
    if (reading.rows !== records) {
      throw new Error(`The consumers wrote ${reading.rows} rows for ${records} records`);
    }
    return { ...reading, records };
  });
}

function readDeployedQuota(): Record<string, string> {
  const quota = settings.quotas.comprehend;
  return {
    ANALYZER_CALLS_PER_SECOND: String(quota.consumers_calls_per_second),
    ANALYZER_FALLBACK_CALLS_PER_SECOND: String(quota.fallback_calls_per_second.live),
  };
}

/** The variables of the consumer, without those of an engine that calls a service. */
type RequiredVariable = Exclude<keyof ConsumerEnvironment, `PRIVACY_${string}`>;

/**
 * Builds the environment variables of every program. The rate limits are too high to slow a program
 * down. `runConsumers` uses the deployed rate limits instead.
 */
function buildEnvironment(
  endpoint: string,
): Record<RequiredVariable, string> & Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
    POWERTOOLS_SERVICE_NAME: 'bench',
    POWERTOOLS_METRICS_NAMESPACE: 'bench',
    TRAFFIC: 'live',
    ANALYZER: 'comprehend',
    ANALYZER_MAX_IN_FLIGHT: String(settings.consumer.analyzer_max_in_flight),
    ANALYZER_CALLS_PER_SECOND: '100000',
    ANALYZER_FALLBACK_CALLS_PER_SECOND: '100000',
    CACHE_TABLE: 'cache',
    CACHE_TTL_SECONDS: '2592000',
    CACHE_MEMORY_ENTRIES: '50000',
    DEFAULT_LANGUAGE: 'en',
    NEUTRAL_IDS: 'true',
    PRIVACY: JSON.stringify(settings.privacy),
    QUOTA_TABLE: 'quota',
    BUDGETS: '{}',
    RESULTS_TABLE: 'results',
    RESULTS_TTL_SECONDS: '7776000',
    RETENTION: '{}',
    DELIVERY_STREAM: 'lake',
    SET_ASIDE_BUCKET: 'set-asides',
    RESTORE_KEY_ARN: 'restore-key',
    UNWRAP: '',
    ENVIRONMENT: 'bench',
    JOBS_TABLE: 'jobs',
    INPUT_BUCKET: 'inputs',
    CALLBACK_QUEUE_URL: `${endpoint}/000000000000/callbacks`,
    IDEMPOTENCY_TABLE: 'idempotency',
  };
}
