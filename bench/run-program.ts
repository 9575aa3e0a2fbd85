import { join } from 'node:path';
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

/** A warm program in a process of its own, and the stand-ins that it calls in another, for as long as the work takes. */
export function withProgram<T>(
  bundles: Bundles,
  program: ProgramName,
  { load, latencies, warm_batches, batches, signal, profile }: Given & Run,
  work: (measure: Measure) => Promise<T>,
): Promise<T> {
  return withChild(bundles.services, { signal }, async (services) => {
    const ask = <Answer>(question: ServicesQuestion) => services.ask<Answer>(question);
    const child = {
      env: environment(await ask<string>({ kind: 'start', latencies })),
      signal,
      profile: profile && join(profile, `${load.name}-${latencies}-${program}.cpuprofile`),
    };
    return withChild(bundles.program, child, async (process) => {
      const asked = <Answer>(question: ProgramQuestion) => process.ask<Answer>(question);
      const bundle = bundles[program];
      let records = await asked<number>({ kind: 'warm', bundle, load, batches: warm_batches });
      return work(async () => {
        await ask({ kind: 'reset_counts' });
        const report = await asked<ProgramReport>({ kind: 'measure', batches });
        const { counts, rows } = await ask<Seen>({ kind: 'read' });
        records += report.records;
        if (rows !== records) {
          throw new Error(`${program} left ${rows} rows of ${records} records (${load.name})`);
        }
        return { ...report, counts };
      });
    });
  });
}

/** Everybody has 50 calls in flight, and no quota: what a quota does is another suite's. */
function environment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
    POWERTOOLS_SERVICE_NAME: 'bench',
    POWERTOOLS_METRICS_NAMESPACE: 'bench',
    IN_FLIGHT: '50',
    COMPREHEND_MAX_IN_FLIGHT: '50',
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
