import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TemplateResource } from '@aurastream/embedded-cloud';
import { BatchDetectSentimentCommand, ComprehendClient } from '@aws-sdk/client-comprehend';
import { prepareKeys } from '../../cli/start/keys.ts';
import { withAssembly } from '../assembly.ts';
import { bundle } from '../bundle.ts';
import { type BenchCloud, withCloud } from '../cloud.ts';
import { analyzeEvent } from '../events.ts';
import { type Figure, figure } from '../figures.ts';
import { withFolder } from '../folder.ts';
import { deployedFunctions, environmentOf, withFunction } from '../functions.ts';
import { median, quantile } from '../percentiles.ts';
import type { Invoked } from '../processes/function.ts';
import type { Run, Suite } from '../suite.ts';

/** What a caller may wait beyond the analyzer's own time, at the 99th percentile. */
const MOST_OVERHEAD_MS = 10;
const CONCURRENT = 10;
/** Until V8 has compiled what it will, in each of the function's environments. */
const WARM_UP = 5_000;
/** The quota is another figure: here the analyzer takes what it is given. */
const COMPREHEND_QUOTAS = { BatchDetectSentiment: 100_000 };

/**
 * POST /analyze/sync: `api.hit_*` and `api.miss_overhead_*` through gateway, authorizer and function of the embedded
 * cloud, which shares this machine's cores with those who call; `api.function_*` is the function's bundle alone, called
 * as Lambda calls it. A hit is in the function's cache: all of it is overhead. Of a miss, the analyzer's own median is
 * taken off. Callers ask again at once, which two cores can't keep up with; `paced`: once in a tenth of a second each.
 * `api.cold` is the first request of all: authorizer and function both start.
 */
export const api: Suite = {
  name: 'api',
  title:
    'what POST /analyze/sync takes beyond the analyzer: through the emulated gateway, and the function alone',
  measure: (run) =>
    withAssembly(liftRateLimits, (assemblyDir) =>
      withCloud(run, { assemblyDir, comprehendQuotas: COMPREHEND_QUOTAS }, async (cloud) => [
        ...(await throughGateway(run, cloud)),
        ...(await functionAlone(run, cloud)),
      ]),
    ),
};

/** Ten callers who ask again at once are more than the highest tier's 500 requests/s. */
function liftRateLimits({ Type, Properties }: TemplateResource): void {
  if (Type === 'AWS::ApiGateway::UsagePlan') delete Properties?.Throttle;
  if (Type === 'AWS::ApiGateway::Stage') delete Properties?.MethodSettings;
}

async function throughGateway(run: Run, cloud: BenchCloud): Promise<Figure[]> {
  const { api_key } = await prepareKeys(cloud);
  const analyze = analyzeWith(cloud.api, api_key);
  const requests = run.quick ? 200 : 1_000;
  const warm_up = run.quick ? WARM_UP / 4 : 3 * WARM_UP;
  run.say('cold');
  const [cold = 0] = await timed(run, { callers: 1, requests: 1 }, () => analyze('The very first'));
  run.say('the analyzer itself');
  const analyzer_p50 = median(await timed(run, { callers: 1, requests: 100 }, directly(cloud)));
  const figures = [
    figure({ name: 'api.cold', value: cold, unit: 'ms' }),
    figure({ name: 'api.analyzer_p50', value: analyzer_p50, unit: 'ms' }),
  ];
  for (const callers of run.quick ? [1, CONCURRENT] : [1, CONCURRENT, 50]) {
    run.say(`${callers} callers`);
    const load = { callers, requests };
    const hit = () => analyze('A text that everybody asks');
    await timed(run, { callers, requests: warm_up }, hit);
    const hits = await timed(run, load, hit);
    if (callers === CONCURRENT) {
      figures.push(paced(await timed(run, { ...load, each_ms: PACE_MS }, hit)));
    }
    let n = 0;
    const misses = await timed(run, load, () => analyze(`Only once, of ${callers}: ${n++}`));
    figures.push(
      ...latencies(
        callers,
        hits,
        misses.map((ms) => ms - analyzer_p50),
      ),
    );
  }
  return figures;
}

function latencies(callers: number, hits: number[], misses: number[]): Figure[] {
  const of = `${callers}_caller${callers === 1 ? '' : 's'}`;
  const goal = callers === CONCURRENT ? { goal: atMost(MOST_OVERHEAD_MS) } : {};
  return [
    figure({ name: `api.hit_p50.${of}`, value: median(hits), unit: 'ms' }),
    figure({ name: `api.hit_p99.${of}`, value: quantile(hits, 0.99), unit: 'ms', ...goal }),
    figure({ name: `api.miss_overhead_p50.${of}`, value: median(misses), unit: 'ms' }),
    figure({ name: `api.miss_overhead_p99.${of}`, value: quantile(misses, 0.99), unit: 'ms' }),
  ];
}

/** One that leaves the machine time for other things, as callers do who don't ask again at once. */
const PACE_MS = 100;

function paced(hits: number[]): Figure {
  return figure({
    name: `api.hit_p99.${CONCURRENT}_callers_paced`,
    value: quantile(hits, 0.99),
    unit: 'ms',
  });
}

const atMost = (at_most: number) => ({ of: 'value', at_most }) as const;

/** The function's bundle, without gateway or authorizer before it. */
async function functionAlone(run: Run, cloud: BenchCloud): Promise<Figure[]> {
  run.say('the function alone');
  const { api: spec } = await deployedFunctions();
  return withFolder(async (folder) => {
    const runner = bundle({ entry: 'bench/processes/function.ts' }, folder, 'runner');
    const env = environmentOf(spec, cloud.endpoint);
    const { signal } = run;
    return withFunction({ runner, ...spec, env, signal }, async ({ load, invoke }) => {
      await load();
      const payload = JSON.stringify(analyzeEvent('A text that everybody asks'));
      const times = run.quick ? 1_000 : 5_000;
      const warm_up = run.quick ? WARM_UP / 2 : WARM_UP;
      answered(await invoke({ payload }));
      await invoke({ payload, times: warm_up, callers: CONCURRENT });
      const together = answered(await invoke({ payload, times, callers: CONCURRENT }));
      const alone = answered(await invoke({ payload, times }));
      return functionFigures(together, alone);
    });
  });
}

function functionFigures(together: Invoked, alone: Invoked): Figure[] {
  return [
    figure({
      name: `api.function_hit_p50.${CONCURRENT}_callers`,
      value: median(together.times_ms),
      unit: 'ms',
    }),
    figure({
      name: `api.function_hit_p99.${CONCURRENT}_callers`,
      value: quantile(together.times_ms, 0.99),
      unit: 'ms',
      goal: atMost(MOST_OVERHEAD_MS),
    }),
    figure({
      name: 'api.function_cpu_ms.hit',
      value: alone.cpu_ms / alone.times_ms.length,
      unit: 'ms',
    }),
  ];
}

/** @throws {Error} where what was measured was no analysis. */
function answered(invoked: Invoked): Invoked {
  const { statusCode } = JSON.parse(invoked.answer) as { statusCode: number };
  if (statusCode !== 200) throw new Error(`The API's function answered ${statusCode}`);
  return invoked;
}

/** By node:http: whoever asks shares the cores with what is measured, and `fetch` takes twice as much of them. */
function analyzeWith(base_url: string, api_key: string) {
  const agent = new Agent({ keepAlive: true });
  const headers = { 'content-type': 'application/json', 'x-api-key': api_key };
  return async (text: string): Promise<void> => {
    const sent = request(`${base_url}/analyze/sync`, { method: 'POST', agent, headers });
    sent.end(JSON.stringify({ text, options: { language_code: 'en' } }));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
    if (response.statusCode !== 200) throw new Error(`The API answered ${response.statusCode}`);
  };
}

function directly({ config }: BenchCloud) {
  const client = new ComprehendClient(config);
  let n = 0;
  return async () => {
    const TextList = [`Directly ${n++}`];
    await client.send(new BatchDetectSentimentCommand({ TextList, LanguageCode: 'en' }));
  };
}

/** Milliseconds of each request: `requests` in all, `callers` at a time, each of them once in `each_ms`. */
async function timed(
  { signal }: Run,
  { callers, requests, each_ms = 0 }: { callers: number; requests: number; each_ms?: number },
  ask: () => Promise<void>,
): Promise<number[]> {
  const times: number[] = [];
  let left = requests;
  const caller = async (_: unknown, i: number) => {
    if (each_ms > 0) await sleep((i * each_ms) / callers);
    while (left > 0) {
      left -= 1;
      signal.throwIfAborted();
      const started_at = performance.now();
      await ask();
      const took_ms = performance.now() - started_at;
      times.push(took_ms);
      if (took_ms < each_ms) await sleep(each_ms - took_ms);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return times;
}
