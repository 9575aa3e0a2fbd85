import { costOf, times } from '../operations/cost.ts';
import { consumptionOf } from '../operations/plan/consumption.ts';
import { loadSchema } from '../operations/plan/load.ts';
import { type Figure, figure } from './figures.ts';
import { bytesPerCharacter, type Load } from './load.ts';
import type { Ran } from './run-program.ts';
import { callsOf, requestsOf, usageOf } from './usage.ts';

/** How far `aurastream plan` is from what was counted: the share by which it says more or less. */
export function planErrors(load: Load, product: Ran): Figure[] {
  const planned = consumptionOf(
    loadSchema.parse({
      records_per_second: 1_000,
      characters: load.characters,
      repeat_share: load.repeat_share,
      languages: load.languages,
      bytes_per_character: bytesPerCharacter(load),
    }),
    load.batch_records,
  );
  const per_1000 = 1_000 / product.records;
  const counted = times(usageOf(product, load), per_1000);
  const pairs = {
    calls: [planned.comprehend_calls, callsOf(product) * per_1000],
    requests: [planned.requests, requestsOf(product) * per_1000],
    write_units: [planned.usage.dynamodb_write_units, counted.dynamodb_write_units],
    usd: [costOf(planned.usage).total, costOf(counted).total],
  };
  return Object.entries(pairs).map(([what, [said, seen]]) =>
    figure({
      name: `plan.error_of_${what}.${load.name}`,
      value: Math.abs(said! / seen! - 1),
      unit: 'share',
      goal: { of: 'value', at_most: 0.1 },
    }),
  );
}
