import { ComprehendClient, DetectSentimentCommand } from '@aws-sdk/client-comprehend';
import { prepareKeys } from '../../cli/start/keys.ts';
import { createCaller, removeRateLimits } from '../api-caller.ts';
import { withAssembly } from '../assembly.ts';
import { bundle } from '../bundle.ts';
import { type BenchCloud, withCloud } from '../cloud.ts';
import { analyzeEvent } from '../events.ts';
import { buildFigure, type Figure } from '../figures.ts';
import { withFolder } from '../folder.ts';
import { environmentOf, loadDeployedFunctions, withFunction } from '../functions.ts';
import { computeMedian, computeQuantile } from '../percentiles.ts';
import type { InvocationReport } from '../processes/function.ts';
import type { Run, Suite } from '../suite.ts';
import { timeRequests } from '../time-requests.ts';
import { measureLoad } from './api-load.ts';

/**
 * Goal for the overhead of a request at the 99th percentile, in milliseconds. The overhead does not
 * include the analyzer's own time.
 */
const MAX_OVERHEAD_MS = 10;
const CONCURRENT = 10;
/**
 * Number of warm-up requests. The number is large enough for V8 to compile the frequently run code
 * in each of the function's environments.
 */
const WARM_UP_REQUESTS = 5_000;
/**
 * Quotas that are so high that Comprehend does not throttle calls. The suite `quota` measures
 * throttling.
 */
const COMPREHEND_QUOTAS = { DetectSentiment: 100_000 };

/**
 * Measures POST /analyze/sync. `api.hit_*` and `api.miss_overhead_*` measure requests through the
 * embedded cloud's gateway, authorizer and function. The callers share this machine's cores with
 * the embedded cloud. `api.function_*` measures the function's bundle alone. The bundle is invoked
 * in the same way as on Lambda. A hit is a request that the function answers from its cache. All of
 * the time of a hit is overhead. For a miss, the overhead is the time of the request minus the
 * analyzer's median time. Each `paced` caller sends one request every 100 ms. All other callers
 * send requests without a pause and saturate two cores. `api.cold` is the time of the first
 * request, which starts both the authorizer and the function.
 */
export const api: Suite = {
  name: 'api',
  title:
    'time of POST /analyze/sync beyond the analyzer: through the emulated gateway, and of the function alone',
  measure: (run) =>
    withAssembly(removeRateLimits, (assemblyDir) =>
      withCloud(run, { assemblyDir, comprehendQuotas: COMPREHEND_QUOTAS }, async (cloud) => [
        ...(await measureThroughGateway(run, cloud)),
        ...(await measureLoad(run, cloud)),
        ...(await measureFunctionAlone(run, cloud)),
      ]),
    ),
};

async function measureThroughGateway(run: Run, cloud: BenchCloud): Promise<Figure[]> {
  const { api_key } = await prepareKeys(cloud);
  const analyze = createCaller(cloud.api, api_key);
  const requests = run.quick ? 200 : 1_000;
  const warm_up = run.quick ? WARM_UP_REQUESTS / 4 : 3 * WARM_UP_REQUESTS;
  run.reportStep('cold');
  const [cold = 0] = await timeRequests(run, { callers: 1, requests: 1 }, () =>
    analyze('The very first'),
  );
  run.reportStep('the analyzer itself');
  const analyzer_p50 = computeMedian(
    await timeRequests(run, { callers: 1, requests: 100 }, createAnalyzerCall(cloud)),
  );
  const figures = [
    buildFigure({ name: 'api.cold', value: cold, unit: 'ms' }),
    buildFigure({ name: 'api.analyzer_p50', value: analyzer_p50, unit: 'ms' }),
  ];
  for (const callers of run.quick ? [1, CONCURRENT] : [1, CONCURRENT, 50]) {
    run.reportStep(`${callers} callers`);
    const load = { callers, requests };
    const hit = () => analyze('A text that all callers send');
    await timeRequests(run, { callers, requests: warm_up }, hit);
    const hits = await timeRequests(run, load, hit);
    if (callers === CONCURRENT) {
      figures.push(
        buildPacedFigure(await timeRequests(run, { ...load, interval_ms: PACE_MS }, hit)),
      );
    }
    let n = 0;
    const misses = await timeRequests(run, load, () =>
      analyze(`A text that one of ${callers} callers sends: ${(n++).toLocaleString('en')}`),
    );
    figures.push(
      ...buildLatencyFigures(
        callers,
        hits,
        misses.map((ms) => ms - analyzer_p50),
      ),
    );
  }
  return figures;
}

function buildLatencyFigures(callers: number, hits: number[], misses: number[]): Figure[] {
  const load = `${callers}_caller${callers === 1 ? '' : 's'}`;
  const goal = callers === CONCURRENT ? { goal: goalAtMost(MAX_OVERHEAD_MS) } : {};
  return [
    buildFigure({ name: `api.hit_p50.${load}`, value: computeMedian(hits), unit: 'ms' }),
    buildFigure({
      name: `api.hit_p99.${load}`,
      value: computeQuantile(hits, 0.99),
      unit: 'ms',
      ...goal,
    }),
    buildFigure({
      name: `api.miss_overhead_p50.${load}`,
      value: computeMedian(misses),
      unit: 'ms',
    }),
    buildFigure({
      name: `api.miss_overhead_p99.${load}`,
      value: computeQuantile(misses, 0.99),
      unit: 'ms',
    }),
  ];
}

/**
 * Interval between two requests of a paced caller, in milliseconds. The machine is idle between the
 * requests, as it is with real callers.
 */
const PACE_MS = 100;

function buildPacedFigure(hits: number[]): Figure {
  return buildFigure({
    name: `api.hit_p99.${CONCURRENT}_callers_paced`,
    value: computeQuantile(hits, 0.99),
    unit: 'ms',
  });
}

const goalAtMost = (at_most: number) => ({ of: 'value', at_most }) as const;

/** Measures the function's bundle without the gateway and the authorizer. */
async function measureFunctionAlone(run: Run, cloud: BenchCloud): Promise<Figure[]> {
  run.reportStep('the function alone');
  const { api: spec } = await loadDeployedFunctions();
  return withFolder(async (folder) => {
    const runner = bundle({ entry: 'bench/processes/function.ts' }, folder, 'runner');
    const env = environmentOf(spec, cloud.endpoint, cloud.function_credentials[spec.logical_id]);
    const { signal } = run;
    return withFunction({ runner, ...spec, env, signal }, async ({ load, invoke }) => {
      await load();
      const payload = JSON.stringify(analyzeEvent('A text that all callers send'));
      const times = run.quick ? 1_000 : 5_000;
      const warm_up = run.quick ? WARM_UP_REQUESTS / 2 : WARM_UP_REQUESTS;
      requireSuccess(await invoke({ payload }));
      await invoke({ payload, times: warm_up, callers: CONCURRENT });
      const together = requireSuccess(await invoke({ payload, times, callers: CONCURRENT }));
      const alone = requireSuccess(await invoke({ payload, times }));
      return buildFunctionFigures(together, alone);
    });
  });
}

function buildFunctionFigures(together: InvocationReport, alone: InvocationReport): Figure[] {
  return [
    buildFigure({
      name: `api.function_hit_p50.${CONCURRENT}_callers`,
      value: computeMedian(together.times_ms),
      unit: 'ms',
    }),
    buildFigure({
      name: `api.function_hit_p99.${CONCURRENT}_callers`,
      value: computeQuantile(together.times_ms, 0.99),
      unit: 'ms',
      goal: goalAtMost(MAX_OVERHEAD_MS),
    }),
    buildFigure({
      name: 'api.function_cpu_ms.hit',
      value: alone.cpu_ms / alone.times_ms.length,
      unit: 'ms',
    }),
  ];
}

/**
 * Returns the report unchanged if the function answered with status 200.
 *
 * @throws {Error} if the function answered with another status.
 */
function requireSuccess(invoked: InvocationReport): InvocationReport {
  const { statusCode } = JSON.parse(invoked.answer) as { statusCode: number };
  if (statusCode !== 200)
    throw new Error(`Expected the API's function to answer 200, got ${statusCode}`);
  return invoked;
}

function createAnalyzerCall({ config }: BenchCloud) {
  const client = new ComprehendClient(config);
  let n = 0;
  return async () => {
    const Text = `Without the API ${n++}`;
    await client.send(new DetectSentimentCommand({ Text, LanguageCode: 'en' }));
  };
}
