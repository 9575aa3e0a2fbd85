import { prepareKeys } from '../../cli/start/keys.ts';
import { sleep } from '../../lib/sleep.ts';
import { createCaller } from '../api-caller.ts';
import type { BenchCloud } from '../cloud.ts';
import { buildFigure, type Figure } from '../figures.ts';
import { computeMedian, computeQuantile } from '../percentiles.ts';
import type { Run } from '../suite.ts';

/** Rates of the load, in requests per second. */
const RATES = [250, 500, 750, 1_000, 1_250, 1_500, 2_000, 3_000];
const QUICK_RATES = [250];
const SECONDS = 10;
/** Of 5 requests, 3 have a text that was analyzed before, as in the other suites. */
const REPEATS_OF_5 = 3;
/** A rate is carried if the 99th percentile of the response time stays below this limit. */
const MOST_P99_MS = 250;
/** Time between two looks at the clock. All requests that are due meanwhile start together. */
const TICK_MS = 2;

/**
 * Measures the largest rate of `POST /analyze/sync` that this machine carries. Requests start at
 * fixed times, whether earlier ones have been answered or not, and their time counts from then on.
 * The gateway, the authorizer, the function, the stand-ins of the services and the callers share
 * the cores, so on AWS the function alone carries more.
 */
export async function measureLoad(run: Run, cloud: BenchCloud): Promise<Figure[]> {
  const { api_key } = await prepareKeys(cloud);
  const analyze = createCaller(cloud.api, api_key);
  const rates = run.quick ? QUICK_RATES : RATES;
  const { rate, times_ms } = await findCarriedRate(run, { rates, seconds: SECONDS, send: analyze });
  return [
    buildFigure({ name: 'api.load_carried', value: rate, unit: 'requests/s' }),
    buildFigure({ name: 'api.load_p50', value: computeMedian(times_ms), unit: 'ms' }),
    buildFigure({ name: 'api.load_p99', value: computeQuantile(times_ms, 0.99), unit: 'ms' }),
  ];
}

interface Load {
  rates: number[];
  seconds: number;
  send: (text: string) => Promise<void>;
}

interface LoadRun {
  rate: number;
  times_ms: number[];
}

/**
 * Raises the rate until it is not carried any more: because too many answers come late, or because
 * a request fails. Returns the last rate that was carried, or 0.
 */
export async function findCarriedRate(
  run: Pick<Run, 'signal' | 'reportStep'>,
  { rates, ...load }: Load,
): Promise<LoadRun> {
  let carried: LoadRun = { rate: 0, times_ms: [0] };
  for (const rate of rates) {
    run.reportStep(`${rate} requests per second`);
    const times_ms = await sendAtRate(run.signal, rate, load);
    if (computeQuantile(times_ms, 0.99) > MOST_P99_MS) break;
    carried = { rate, times_ms };
  }
  return carried;
}

/**
 * Sends requests at a rate, and returns the time of each from its due time to its answer. If a
 * request fails, all times are infinite.
 */
async function sendAtRate(
  signal: AbortSignal,
  rate: number,
  { seconds, send }: Omit<Load, 'rates'>,
): Promise<number[]> {
  const times_ms: number[] = [];
  const started_at = performance.now();
  const pending: Promise<void>[] = [];
  let has_failed = false;
  for (let n = 0; n < rate * seconds; ) {
    signal.throwIfAborted();
    const due = Math.min(rate * seconds, ((performance.now() - started_at) / 1_000) * rate);
    for (; n < due; n += 1) pending.push(sendOne(n));
    await sleep(TICK_MS);
  }
  await Promise.all(pending);
  return has_failed ? [Number.POSITIVE_INFINITY] : times_ms;

  async function sendOne(n: number): Promise<void> {
    const due_at = started_at + (n * 1_000) / rate;
    const is_repeat = n % 5 < REPEATS_OF_5;
    const text = is_repeat
      ? 'A text that all callers send'
      : `Request ${n.toLocaleString('en')} at rate ${rate}`;
    await send(text).catch(() => {
      has_failed = true;
    });
    times_ms.push(performance.now() - due_at);
  }
}
