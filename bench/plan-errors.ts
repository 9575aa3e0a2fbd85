import {
  type Cost,
  computeCost,
  estimateConsumption,
  loadSchema,
  multiplyUsage,
  type PlannedLoad,
  planLoad,
} from '@aurastream/cost-model';
import { buildFigure, type Figure } from './figures.ts';
import { type Load, measureBytesPerCharacter } from './load.ts';
import type { ProgramRun } from './run-program.ts';
import { computeUsage, countCalls, countRequests } from './usage.ts';

/**
 * Compares the numbers that `aurastream plan` estimates with the numbers of a run. Each figure is
 * the relative error of one planned number.
 */
export function measurePlanErrors(load: Load, product: ProgramRun): Figure[] {
  const planned = estimateConsumption(toPlannedLoad(load), load.batch_records);
  const per_1000 = 1_000 / product.records;
  const counted = multiplyUsage(computeUsage(product, load), per_1000);
  const pairs = {
    calls: [planned.comprehend_calls, countCalls(product) * per_1000],
    requests: [planned.requests, countRequests(product) * per_1000],
    write_units: [planned.usage.dynamodb_write_units, counted.dynamodb_write_units],
    usd: [computeCost(planned.usage).total, computeCost(counted).total],
    usd_besides_analysis: [
      sumStreamTablesLake(computeCost(planned.usage)),
      sumStreamTablesLake(computeCost(counted)),
    ],
  };
  return Object.entries(pairs).map(([name, [plan, run]]) => buildError(name, load, plan!, run!));
}

/**
 * Measures the relative error of the planned maximum rate. The maximum rate is the highest number
 * of records per second for which the quota suffices. At a higher rate, the consumer would lag.
 */
export function measurePlanErrorUnderQuota(load: Load, records_per_second: number): Figure {
  const { present_quota } = planLoad(toPlannedLoad(load));
  const planned = present_quota.records_per_second ?? Number.POSITIVE_INFINITY;
  return buildError('rate_under_quota', load, planned, records_per_second);
}

/**
 * Adds up the costs of the stream, the tables and the lake. The sum leaves out the costs of
 * Comprehend and Lambda. The cost of Lambda cannot be compared, because the plan bills waiting time
 * on slower cores, while a run counts CPU time of this machine.
 */
function sumStreamTablesLake({ stream, tables, lake }: Cost): number {
  return stream + tables + lake;
}

function buildError(name: string, load: Load, plan: number, run: number): Figure {
  return buildFigure({
    name: `plan.error_of_${name}.${load.name}`,
    value: Math.abs(plan / run - 1),
    unit: 'share',
    goal: { of: 'value', at_most: 0.1 },
  });
}

function toPlannedLoad(load: Load): PlannedLoad {
  return loadSchema.parse({
    records_per_second: 1_000,
    characters: load.characters,
    repeat_share: load.repeat_share,
    languages: load.languages,
    bytes_per_character: measureBytesPerCharacter(load),
  });
}
