import type { BulkLoad } from '../../jobs/bulk-load.ts';
import { isFinal, type Job, type OverviewResponse } from '../../schemas/index.ts';
import type { OverviewQuery } from '../ports.ts';
import type { Aggregates } from './aggregate.ts';
import { createRemember, readAggregates, type StatsDeps, writeRange } from './stats.ts';
import { chooseRange } from './time-range.ts';

export interface OverviewDeps extends StatsDeps {
  read_budget_use: (tenant: string) => Promise<OverviewResponse['budget']>;
  /** Reads what the consumers of the bulk stream report. The answer may be ten seconds old. */
  read_bulk_load: () => Promise<BulkLoad>;
  /** Lists the newest jobs of a tenant. */
  list_jobs: (tenant: string, limit: number) => Promise<Job[]>;
}

/** Number of the newest jobs among which open ones are looked for. */
const NEWEST_JOBS = 50;

/** Creates the function that answers `GET /overview`, which is all that a dashboard shows at once. */
export function createOverview(
  deps: OverviewDeps,
): (query: OverviewQuery) => Promise<OverviewResponse> {
  const remember = createRemember<OverviewResponse>(deps.now);
  return async (query) => {
    const { interval, ...range } = chooseRange(query, deps.now());
    return remember([query, interval, range], async () => {
      const length = range.to - range.from;
      const before = { from: range.from - length, to: range.from };
      const { tenant, time } = query;
      const asked = { ...query, interval };
      const [counts, counts_before, budget, load, jobs] = await Promise.all([
        readAggregates(deps, asked, range),
        readAggregates(deps, asked, before),
        deps.read_budget_use(tenant),
        deps.read_bulk_load(),
        deps.list_jobs(tenant, NEWEST_JOBS),
      ]);
      return {
        ...writeRange(range),
        interval,
        time,
        ...compareWith(counts, counts_before),
        previous: { ...writeRange(before), ...pickPrevious(counts_before) },
        budget,
        pipeline: describeLoad(load),
        open_jobs: jobs.filter(({ status }) => !isFinal(status)).map(viewJob),
      };
    });
  };
}

/** Adds the total of the period before to each source and language. */
function compareWith(counts: Aggregates, { by_source, by_language }: Aggregates) {
  const sources = new Map(by_source.map(({ source, total }) => [source, total]));
  const languages = new Map(by_language.map((entry) => [entry.language_code, entry.total]));
  return {
    ...counts,
    by_source: counts.by_source.map((entry) => ({
      ...entry,
      previous_total: sources.get(entry.source) ?? 0,
    })),
    by_language: counts.by_language.map((entry) => ({
      ...entry,
      previous_total: languages.get(entry.language_code) ?? 0,
    })),
  };
}

function pickPrevious(counts: Aggregates) {
  const { total, withdrawn, by_sentiment, over_time, cache, billing, average_scores, pii } = counts;
  return { total, withdrawn, by_sentiment, over_time, cache, billing, average_scores, pii };
}

function describeLoad({ lag_ms, records_per_second, reported_at }: BulkLoad) {
  return {
    bulk_lag_ms: lag_ms,
    bulk_records_per_second: records_per_second ?? null,
    bulk_reported_at: reported_at === 0 ? null : new Date(reported_at).toISOString(),
  };
}

function viewJob(job: Job): OverviewResponse['open_jobs'][number] {
  const { job_id, status, source_id, created_at, started_at, total = 0 } = job;
  return { job_id, status, source_id, created_at, started_at, total };
}
