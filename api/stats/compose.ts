import { createCountsStore } from '../../aws/dynamodb/counts/store.ts';
import { createDigestTexts } from '../../aws/dynamodb/results/digest-texts.ts';
import { createReadBuckets, createReadSpans } from '../../insight/counts/read.ts';
import { createComputeDigest } from '../../insight/digests/compute.ts';
import { measureBulkLoad } from '../../jobs/bulk-load.ts';
import { ANALYZERS, type ApiEnvironment } from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';
import { toBudgetResponse } from '../routes/budget.ts';
import { createOverview } from './overview.ts';
import { createStats } from './stats.ts';

const REPORTS_KEPT_MS = 10_000;

/** Creates the functions that answer statistics from the counts. */
export function composeStats(
  environment: ApiEnvironment,
  { jobs, results, read_budget, now }: Pick<ApiDeps, 'jobs' | 'results' | 'read_budget' | 'now'>,
): Pick<ApiDeps, 'stats' | 'overview' | 'computeDigest'> {
  const counts = createCountsStore({ table_name: environment.COUNTS_TABLE });
  const deps = {
    read_spans: createReadSpans({ counts, now }),
    usd_per_unit: ANALYZERS[environment.ANALYZER].usd_per_unit,
    now,
  };
  return {
    computeDigest: createComputeDigest({
      readBuckets: createReadBuckets({ counts, now }),
      listTexts: createDigestTexts(results),
    }),
    stats: createStats(deps),
    overview: createOverview({
      ...deps,
      read_budget_use: async (tenant) => toBudgetResponse(tenant, await read_budget(tenant)),
      read_bulk_load: remember(now, async () => {
        const [samples, starts] = await Promise.all([jobs.throughputSamples(), jobs.batchStarts()]);
        return measureBulkLoad(now(), { samples, starts });
      }),
      list_jobs: async (tenant, limit) => (await jobs.list({ tenant, limit })).jobs,
    }),
  };
}

/** Returns a function that reads anew after ten seconds. */
export function remember<Value>(
  now: () => number,
  read: () => Promise<Value>,
): () => Promise<Value> {
  let known: { at: number; value: Value } | undefined;
  return async () => {
    if (known === undefined || now() - known.at >= REPORTS_KEPT_MS) {
      known = { at: now(), value: await read() };
    }
    return known.value;
  };
}
