import type { Bundles, ProgramName } from './bundles.ts';
import { type Child, startChild } from './child.ts';
import type { Load } from './load.ts';
import type { ProgramReport } from './program.ts';
import type { Counts } from './services/counters.ts';
import type { LATENCIES } from './services/latency.ts';

/** What a program did, and what the services saw of it meanwhile. */
export interface Ran extends ProgramReport {
  counts: Counts;
}

/** How many batches: those before it is warm are not measured. */
export interface Extent {
  warm_batches: number;
  batches: number;
}

/** The stand-ins for the services, running. */
export interface World {
  services: Child;
  endpoint: string;
  bundles: Bundles;
}

export async function openWorld(bundles: Bundles): Promise<World> {
  const services = startChild(bundles.services);
  const { endpoint } = await services.hear<{ endpoint: string }>();
  return { services, endpoint, bundles };
}

/** @throws {Error} where the program failed a record, or the table does not hold a row for each. */
export async function runProgram(
  { services, endpoint, bundles }: World,
  program: ProgramName,
  run: Extent & {
    load: Load;
    latencies: keyof typeof LATENCIES;
    env?: NodeJS.ProcessEnv;
    exec_argv?: string[];
  },
): Promise<Ran> {
  const ask = async (order: object) => {
    services.say(order);
    return services.hear<{ counts: Counts; rows: number }>();
  };
  await ask({ order: 'reset', latencies: run.latencies });
  const child = startChild(bundles.program, {
    env: { ...environment(endpoint), ...run.env },
    ...(run.exec_argv === undefined ? {} : { exec_argv: run.exec_argv }),
  });
  try {
    await child.hear();
    child.say({ ...run, bundle: bundles[program] });
    await child.hear();
    await ask({ order: 'reset_counts' });
    child.say({ go: true });
    const report = await child.hear<ProgramReport>();
    const { counts, rows } = await ask({ order: 'read' });
    const records = (run.warm_batches + run.batches) * run.load.batch_records;
    if (rows !== records) {
      throw new Error(`${program} left ${rows} rows of ${records} records (${run.load.name})`);
    }
    child.say({ go: true });
    await child.gone();
    return { ...report, counts };
  } finally {
    await child.end();
  }
}

/** Everybody has 50 calls in flight, and no quota: what a quota does is another suite's. */
function environment(endpoint: string): NodeJS.ProcessEnv {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
    POWERTOOLS_SERVICE_NAME: 'bench',
    POWERTOOLS_METRICS_NAMESPACE: 'bench',
    NODE_OPTIONS: '',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
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
