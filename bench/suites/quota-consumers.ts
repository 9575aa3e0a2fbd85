import { settings } from '../../infra/settings.ts';
import { buildFigure, type Figure } from '../figures.ts';
import type { Load } from '../load.ts';
import { measurePlanErrorUnderQuota } from '../plan-errors.ts';
import { type ConsumersRun, runConsumers, withBundles } from '../run-program.ts';
import { DOCUMENTS_PER_CALL, QUOTA_CALLS_PER_SECOND } from '../services/limits.ts';
import type { Run } from '../suite.ts';
import { computeLeastRequests, countRequests } from '../usage.ts';

/** Number of consumers. A new on-demand stream has the same number of shards. */
const CONSUMERS = 4;

/**
 * Runs the deployed consumer with a backlog of records. Each shard has its own process, and all
 * processes share one quota. The texts have 140 characters and 60 % repeats, and the latency is
 * realistic. The measured time lasts from the first call to the last call, plus the interval
 * between two calls at the quota's rate.
 */
export function measureUnderQuota(run: Run): Promise<Figure[]> {
  return withBundles(async (bundles) => {
    const figures: Figure[] = [];
    for (const languages of run.quick ? [1] : [1, 12]) {
      const load = {
        name: languages === 1 ? 'stream' : `stream_${languages}_languages`,
        characters: 140,
        repeat_share: 0.6,
        languages,
        batch_records: run.quick ? 1_000 : settings.consumer.batch_size,
      };
      run.reportStep(`${CONSUMERS} consumers, ${load.name}`);
      const result = await runConsumers(bundles, {
        ...run,
        load,
        consumers: CONSUMERS,
        batches: run.quick ? 1 : 3,
        calls_per_second: QUOTA_CALLS_PER_SECOND,
      });
      figures.push(...buildFigures(load, result));
    }
    return figures;
  });
}

function buildFigures(load: Load, run: ConsumersRun): Figure[] {
  const { counts, records } = run;
  const { calls, first_ms, last_ms, usage } = counts['comprehend.BatchDetectSentiment']!;
  const { documents = 0, throttled = 0 } = usage;
  const answered = calls - throttled;
  const seconds = (last_ms - first_ms) / 1_000 + 1 / QUOTA_CALLS_PER_SECOND;
  const nameFigure = (metric: string) => `quota.${metric}.${load.name}`;
  return [
    buildFigure({
      name: nameFigure('share_used'),
      value: answered / seconds / QUOTA_CALLS_PER_SECOND,
      unit: 'share',
      goal: { of: 'value', at_least: 0.95 },
    }),
    buildFigure({
      name: nameFigure('throttled_share'),
      value: throttled / calls,
      unit: 'share',
      goal: { of: 'value', at_most: 0.01 },
    }),
    buildFigure({
      name: nameFigure('call_fill'),
      value: documents / answered / DOCUMENTS_PER_CALL,
      unit: `share of ${DOCUMENTS_PER_CALL} documents`,
      goal: { of: 'value', at_least: 0.9 },
    }),
    buildFigure({
      name: nameFigure('documents_share'),
      value: documents / seconds / QUOTA_CALLS_PER_SECOND / DOCUMENTS_PER_CALL,
      unit: 'share',
      goal: { of: 'value', at_least: 0.95 },
    }),
    buildFigure({
      name: nameFigure('calls_to_floor'),
      value: answered / Math.ceil(documents / DOCUMENTS_PER_CALL),
      unit: '×',
    }),
    buildFigure({
      name: nameFigure('requests_to_least'),
      value: countRequests(run) / computeLeastRequests(run, load),
      unit: '×',
      goal: { of: 'value', at_most: 1.1 },
    }),
    buildFigure({
      name: nameFigure('documents_per_second'),
      value: documents / seconds,
      unit: 'documents/s',
      baselines: { floor: QUOTA_CALLS_PER_SECOND * DOCUMENTS_PER_CALL },
    }),
    buildFigure({
      name: nameFigure('records_per_second'),
      value: records / seconds,
      unit: 'records/s',
    }),
    measurePlanErrorUnderQuota(load, records / seconds),
  ];
}
