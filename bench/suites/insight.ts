import { setTimeout as sleep } from 'node:timers/promises';
import { AthenaClient } from '@aws-sdk/client-athena';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createQuery } from '../../aws/athena/query.ts';
import { createResultsReader } from '../../aws/dynamodb/results/reader.ts';
import { prepareKeys } from '../../cli/start/keys.ts';
import { chunk } from '../../lib/chunk.ts';
import { createRandom } from '../../test/support/random.ts';
import { createGetter, removeRateLimits } from '../api-caller.ts';
import { withAssembly } from '../assembly.ts';
import { type BenchCloud, withCloud } from '../cloud.ts';
import { fillCounts } from '../counts.ts';
import { buildFigure, type Figure } from '../figures.ts';
import { computeMedian, computeQuantile } from '../percentiles.ts';
import type { Run, Suite } from '../suite.ts';
import { timeRequests } from '../time-requests.ts';
import { generateRecords, publish, SOURCE, withoutRateLimit } from './end-to-end.ts';

const CALLERS = 10;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const KEPT_DAYS = 90;
const POLL_MS = 100;
/** Shortest time between two requests of one paced caller, in milliseconds. */
const PACE_MS = 500;
/** Goals: milliseconds of a request, seconds until something shows, and records per second. */
const GOALS = { request_ms: 50, counts_ms: 5_000, query_ms: 10_000, records_per_second: 1_400 };
/** Records of the burst whose throughput is measured. */
const BURST = { quick: 5_000, whole: 20_000 };
/** Longest waits for a record to show, and for the rows of a burst, in milliseconds. */
const LOST_MS = { record: 60_000, burst: 900_000 };

/**
 * Measures the statistics on the embedded cloud. `insight.overview_*` and `insight.stats_*` are
 * requests of ten callers through the gateway, over 90 days of hourly counts of four sources. Every
 * request asks for another range, so that none is answered from memory alone. A paced caller sends a
 * request every half second. The others (`saturated`) send without pauses, so that their times are
 * those of a queue for the two cores that the callers, the gateway, the functions and the table share.
 * `counts_after_row` is the time from the row of a record to `GET /stats` that counts it, and
 * `query_freshness` the time from its acknowledgement to a query that finds it. The times of both
 * include the polls of 100 ms. `records_per_second` is a burst from the producer to the rows, while
 * counts and lake follow.
 */
export const insight: Suite = {
  name: 'insight',
  title: 'statistics through the emulated gateway, and how soon counts and SQL see a record',
  async measure(run) {
    const figures = await withAssembly(removeRateLimits, (assemblyDir) =>
      withCloud(run, { assemblyDir }, async (cloud) => [
        ...(await measureRequests(run, cloud)),
        ...(await measureFreshness(run, cloud)),
      ]),
    );
    return [...figures, await measureThroughput(run)];
  },
};

/** Ranges to ask for, in days. The longest that has hours is 31 days. */
const RANGES = [1, 7, 30];

async function measureRequests(run: Run, cloud: BenchCloud): Promise<Figure[]> {
  const until = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  run.reportStep(`${KEPT_DAYS} days of counts`);
  await fillCounts(cloud, { days: KEPT_DAYS, until });
  const { api_key } = await prepareKeys(cloud);
  const get = createGetter(cloud.api, api_key);
  const figures: Figure[] = [];
  // Fills the memory of every execution environment, as the requests of a day do.
  run.reportStep('warm-up');
  void (await timeRoute(run, get, { route: 'overview', days: Math.max(...RANGES), until }));
  for (const days of RANGES) {
    for (const route of ['overview', 'stats'] as const) {
      run.reportStep(`/${route} over ${days} days`);
      const times = await timeRoute(run, get, { route, days, until });
      const name = (metric: string) => `insight.${route}_${metric}.${days}_days`;
      const unit = 'ms';
      const value = computeQuantile(times.paced, 0.99);
      const goal = { of: 'value', at_most: GOALS.request_ms } as const;
      figures.push(buildFigure({ name: name('p50'), value: computeMedian(times.paced), unit }));
      figures.push(buildFigure({ name: name('p99'), value, unit, goal }));
      const saturated = computeQuantile(times.saturated, 0.99);
      figures.push(buildFigure({ name: name('p99_saturated'), value: saturated, unit }));
    }
  }
  return figures;
}

interface Route {
  route: 'overview' | 'stats';
  days: number;
  until: number;
}

async function timeRoute(
  run: Run,
  get: (path: string) => Promise<string>,
  { route, days, until }: Route,
): Promise<{ paced: number[]; saturated: number[] }> {
  const random = createRandom(days);
  // The period before the range must have counts too.
  const latest_hours = (KEPT_DAYS - 2 * days - 1) * 24;
  const send = async () => {
    const to = until - random.int(latest_hours) * HOUR_MS;
    const [from_text, to_text] = [to - days * DAY_MS, to].map((at) => new Date(at).toISOString());
    const { total } = JSON.parse(await get(`/${route}?from=${from_text}&to=${to_text}`));
    if (total === 0) throw new Error(`/${route} has counted nothing`);
  };
  const requests = run.quick ? 100 : 600;
  await timeRequests(run, { callers: CALLERS, requests }, send);
  const load = { callers: CALLERS, requests };
  return {
    paced: await timeRequests(run, { ...load, interval_ms: PACE_MS }, send),
    saturated: await timeRequests(run, load, send),
  };
}

/** Publishes one record after the other, and waits until each shows everywhere. */
async function measureFreshness(run: Run, cloud: BenchCloud): Promise<Figure[]> {
  const { api_key } = await prepareKeys(cloud);
  const clients = {
    dynamodb: new DynamoDBClient(cloud.config),
    athena: new AthenaClient(cloud.config),
  };
  const { ResultsTableName, WorkgroupName, DatabaseName } = cloud.stack;
  const reader = createResultsReader({ client: clients.dynamodb, table_name: ResultsTableName });
  const get = createGetter(cloud.api, api_key);
  const query = createQuery({
    ...{ work_group: WorkgroupName, database: DatabaseName, client: clients.athena },
  });
  const counts_ms: number[] = [];
  const query_ms: number[] = [];
  for (let i = 0; i < (run.quick ? 3 : 20); i += 1) {
    run.reportStep(`record ${i + 1} until it shows`);
    const source = `seen-${i}`;
    const record = { record_id: 'one', source, text: `I love the parcel ${i}` };
    const acknowledged = (await publish(cloud, [record])).get('one') ?? 0;
    const [row_at, counted_at, queried_at] = await Promise.all([
      waitUntil(run, async () => (await reader.getMany([{ ...SOURCE, ...record }])).size === 1),
      waitUntil(run, async () => JSON.parse(await get(`/stats?source=${source}`)).total === 1),
      waitUntil(run, async () => {
        const sql = `SELECT count(*) AS n FROM results WHERE source = '${source}'`;
        return (await query(sql)).rows[0]?.n === 1;
      }),
    ]);
    counts_ms.push(Math.max(0, counted_at - row_at));
    query_ms.push(queried_at - acknowledged);
  }
  for (const client of Object.values(clients)) client.destroy();
  const build = (name: string, times: number[], at_most: number) => [
    buildFigure({ name: `insight.${name}_p50`, value: computeMedian(times), unit: 'ms' }),
    buildFigure({
      ...{ name: `insight.${name}_max`, value: Math.max(...times), unit: 'ms' },
      goal: { of: 'value', at_most },
    }),
  ];
  return [
    ...build('counts_after_row', counts_ms, GOALS.counts_ms),
    ...build('query_freshness', query_ms, GOALS.query_ms),
  ];
}

/** Polls until the condition holds, and returns when. The time is of `performance.now()`. */
async function waitUntil(
  { signal }: Run,
  holds: () => Promise<boolean>,
  limit_ms = LOST_MS.record,
): Promise<number> {
  const started_at = performance.now();
  for (;;) {
    if (await holds()) return performance.now();
    if (performance.now() - started_at > limit_ms) throw new Error('A record did not show in time');
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function measureThroughput(run: Run): Promise<Figure> {
  const load = run.quick ? BURST.quick : BURST.whole;
  const seconds = await withoutRateLimit(run, async (cloud) => {
    run.reportStep(`a burst of ${load} records`);
    const records = generateRecords('burst', load);
    const client = new DynamoDBClient(cloud.config);
    const table = { client, table_name: cloud.stack.ResultsTableName };
    const reader = createResultsReader(table);
    const started_at = performance.now();
    const published = publish(cloud, records);
    // One call after the other, so that the polls take little of the cores that are measured.
    for (const some of chunk(records, 100)) {
      const keys = some.map(({ record_id = '' }) => ({ ...SOURCE, record_id }));
      const areThere = async () => (await reader.getMany(keys)).size === keys.length;
      await waitUntil(run, areThere, LOST_MS.burst);
    }
    void (await published);
    client.destroy();
    return (performance.now() - started_at) / 1_000;
  });
  return buildFigure({
    name: 'insight.records_per_second_lifted',
    value: load / seconds,
    unit: 'records/s',
    goal: { of: 'value', at_least: GOALS.records_per_second },
  });
}
