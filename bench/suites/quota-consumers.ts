import { settings } from '../../infra/settings.ts';
import { type Figure, figure } from '../figures.ts';
import type { Load } from '../load.ts';
import { planErrorUnderQuota } from '../plan-errors.ts';
import { type RanTogether, runConsumers, withBundles } from '../run-program.ts';
import { DOCUMENTS_PER_CALL, QUOTA_CALLS_PER_SECOND } from '../services/limits.ts';
import type { Run } from '../suite.ts';
import { leastRequests, requestsOf } from '../usage.ts';

/** The shards of a stream on demand. */
const CONSUMERS = 4;

/**
 * The deployed consumer with a backlog: as many processes as there are shards, batches of 140 characters with 60 %
 * repeats, services that take their time, and a quota that all share. What they use is counted from the first call to
 * the last, and a call's share of a second after it.
 */
export function underQuota(run: Run): Promise<Figure[]> {
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
      run.say(`${CONSUMERS} consumers of the ${load.name}`);
      const ran = await runConsumers(bundles, {
        ...run,
        load,
        consumers: CONSUMERS,
        batches: run.quick ? 1 : 3,
        calls_per_second: QUOTA_CALLS_PER_SECOND,
      });
      figures.push(...figuresOf(load, ran));
    }
    return figures;
  });
}

function figuresOf(load: Load, ran: RanTogether): Figure[] {
  const { counts, records } = ran;
  const { calls, first_ms, last_ms, usage } = counts['comprehend.BatchDetectSentiment']!;
  const { documents = 0, throttled = 0 } = usage;
  const answered = calls - throttled;
  const seconds = (last_ms - first_ms) / 1_000 + 1 / QUOTA_CALLS_PER_SECOND;
  const named = (what: string) => `quota.${what}.${load.name}`;
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
      name: named('documents_share'),
      value: documents / seconds / QUOTA_CALLS_PER_SECOND / DOCUMENTS_PER_CALL,
      unit: 'share',
      goal: { of: 'value', at_least: 0.95 },
    }),
    figure({
      name: named('calls_to_floor'),
      value: answered / Math.ceil(documents / DOCUMENTS_PER_CALL),
      unit: '×',
    }),
    figure({
      name: named('requests_to_least'),
      value: requestsOf(ran) / leastRequests(ran, load),
      unit: '×',
      goal: { of: 'value', at_most: 1.1 },
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
