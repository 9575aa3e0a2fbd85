import { settings } from '../../infra/settings.ts';
import { type Figure, figure } from '../figures.ts';
import type { Load } from '../load.ts';
import { planErrorUnderQuota } from '../plan-errors.ts';
import { type RanTogether, runConsumers, withBundles } from '../run-program.ts';
import { DOCUMENTS_PER_CALL, QUOTA_CALLS_PER_SECOND } from '../services/limits.ts';
import type { Run } from '../suite.ts';

/** The shards of a stream on demand. */
const CONSUMERS = 4;

/**
 * The deployed consumer with a backlog: as many processes as there are shards, batches of 140 characters with 60 %
 * repeats, services that take their time, and a quota that all share. What they use is counted from the first call to
 * the last, and a call's share of a second after it.
 */
export function underQuota(run: Run): Promise<Figure[]> {
  run.say(`${CONSUMERS} consumers of the stream`);
  return withBundles(async (bundles) => {
    const load = {
      name: 'stream',
      characters: 140,
      repeat_share: 0.6,
      languages: 1,
      batch_records: run.quick ? 1_000 : settings.consumer.batch_size,
    };
    const ran = await runConsumers(bundles, {
      ...run,
      load,
      consumers: CONSUMERS,
      batches: run.quick ? 1 : 3,
      calls_per_second: QUOTA_CALLS_PER_SECOND,
    });
    return figuresOf(load, ran);
  });
}

function figuresOf(load: Load, { counts, records }: RanTogether): Figure[] {
  const { calls, first_ms, last_ms, usage } = counts['comprehend.BatchDetectSentiment']!;
  const { documents = 0, throttled = 0 } = usage;
  const answered = calls - throttled;
  const seconds = (last_ms - first_ms) / 1_000 + 1 / QUOTA_CALLS_PER_SECOND;
  const named = (what: string) => `quota.${what}.stream`;
  return [
    figure({
      name: named('share_used'),
      value: answered / seconds / QUOTA_CALLS_PER_SECOND,
      unit: 'share',
      goal: { of: 'value', at_least: 0.95 },
    }),
    figure({
      name: named('throttled_share'),
      value: throttled / calls,
      unit: 'share',
      goal: { of: 'value', at_most: 0.01 },
    }),
    figure({
      name: named('call_fill'),
      value: documents / answered / DOCUMENTS_PER_CALL,
      unit: `share of ${DOCUMENTS_PER_CALL} documents`,
      goal: { of: 'value', at_least: 0.9 },
    }),
    figure({
      name: named('documents_per_second'),
      value: documents / seconds,
      unit: 'documents/s',
      baselines: { floor: QUOTA_CALLS_PER_SECOND * DOCUMENTS_PER_CALL },
    }),
    figure({ name: named('records_per_second'), value: records / seconds, unit: 'records/s' }),
    planErrorUnderQuota(load, records / seconds),
  ];
}
