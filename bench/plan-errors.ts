import {
  type Cost,
  computeCost,
  estimateConsumption,
  loadSchema,
  multiplyUsage,
  type PlannedLoad,
  planLoad,
} from '@aurastream/cost-model';
import { type Figure, figure } from './figures.ts';
import { bytesPerCharacter, type Load } from './load.ts';
import type { Ran } from './run-program.ts';
import { callsOf, requestsOf, usageOf } from './usage.ts';

/** How far `aurastream plan` is from what was counted: the share by which it says more or less. */
export function planErrors(load: Load, product: Ran): Figure[] {
  const planned = estimateConsumption(plannedLoad(load), load.batch_records);
  const per_1000 = 1_000 / product.records;
  const counted = multiplyUsage(usageOf(product, load), per_1000);
  const pairs = {
    calls: [planned.comprehend_calls, callsOf(product) * per_1000],
    requests: [planned.requests, requestsOf(product) * per_1000],
    write_units: [planned.usage.dynamodb_write_units, counted.dynamodb_write_units],
    usd: [computeCost(planned.usage).total, computeCost(counted).total],
    usd_besides_analysis: [
      notAnalysis(computeCost(planned.usage)),
      notAnalysis(computeCost(counted)),
    ],
  };
  return Object.entries(pairs).map(([what, [said, seen]]) => error(what, load, said!, seen!));
}

/** The same of the highest rate that does not fall behind, which `aurastream plan` tells lags by. */
export function planErrorUnderQuota(load: Load, records_per_second: number): Figure {
  const { present_quota } = planLoad(plannedLoad(load));
  const planned = present_quota.records_per_second ?? Number.POSITIVE_INFINITY;
  return error('rate_under_quota', load, planned, records_per_second);
}

/** Of Lambda the plan knows the waiting as well, and cores that are smaller than the benchmark's. */
function notAnalysis({ stream, tables, lake }: Cost): number {
  return stream + tables + lake;
}

function error(what: string, load: Load, said: number, seen: number): Figure {
  return figure({
    name: `plan.error_of_${what}.${load.name}`,
    value: Math.abs(said / seen - 1),
    unit: 'share',
    goal: { of: 'value', at_most: 0.1 },
  });
}

function plannedLoad(load: Load): PlannedLoad {
  return loadSchema.parse({
    records_per_second: 1_000,
    characters: load.characters,
    repeat_share: load.repeat_share,
    languages: load.languages,
    bytes_per_character: bytesPerCharacter(load),
  });
}
