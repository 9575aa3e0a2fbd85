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

/** How many batches: those before it is warm are not measured. */
export interface Extent {
  warm_batches: number;
  batches: number;
}

/** The programs' bundles, and the stand-ins for the services, running. */
export interface World {
  bundles: Bundles;
  endpoint: string;
  ask<Answer>(question: ServicesQuestion): Promise<Answer>;
}

export function withWorld<T>({ signal }: Run, work: (world: World) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const bundles = bundlePrograms(folder);
    return withChild(bundles.services, { signal }, async ({ ask }) => {
      const asked = <Answer>(question: ServicesQuestion) => ask<Answer>(question);
      return work({ bundles, endpoint: await asked<string>({ kind: 'endpoint' }), ask: asked });
    });
  });
}

/** @throws {Error} where the program failed a record, or the table does not hold a row for each. */
export function runProgram(
  { bundles, endpoint, ask }: World,
  program: ProgramName,
  run: Run & Extent & { load: Load; latencies: keyof typeof LATENCIES },
): Promise<Ran> {
  const { load, latencies, warm_batches, batches, signal } = run;
  const child = {
    env: environment(endpoint),
    signal,
    profile: run.profile && join(run.profile, `${load.name}-${latencies}-${program}.cpuprofile`),
  };
  return withChild(bundles.program, child, async (process) => {
    const asked = <Answer>(question: ProgramQuestion) => process.ask<Answer>(question);
    await ask({ kind: 'reset', latencies });
    await asked({ kind: 'warm', bundle: bundles[program], load, warm_batches, batches });
    await ask({ kind: 'reset_counts' });
    const report = await asked<ProgramReport>({ kind: 'measure' });
    const { counts, rows } = await ask<Seen>({ kind: 'read' });
    const records = (warm_batches + batches) * load.batch_records;
    if (rows !== records) {
      throw new Error(`${program} left ${rows} rows of ${records} records (${load.name})`);
    }
    return { ...report, counts };
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
