import { SHARE_LEVELS } from '../../insight/alerts/shifts/share-evidence.ts';
import {
  buildWorlds,
  chooseLevel,
  delayOf,
  type Judgement,
  judge,
  leastDelay,
  precisionOf,
  recallOf,
} from '../alerts/judge.ts';
import { cumulative_sum, METHODS } from '../alerts/methods.ts';
import { buildFigure, type Figure, type Goal } from '../figures.ts';
import type { Run, Suite } from '../suite.ts';

/** Loads of one source: records an hour, and the usual share of negative ones. It doubles. */
const LOADS = [
  { records_per_hour: 40, share: 0.25 },
  { records_per_hour: 120, share: 0.25 },
  { records_per_hour: 240, share: 0.25 },
  { records_per_hour: 480, share: 0.25 },
  { records_per_hour: 40, share: 0.1 },
  { records_per_hour: 1_000, share: 0.1 },
].map((load) => ({ ...load, ratio: 2 }));
type Load = (typeof LOADS)[number];

const GOALS = { precision: 95, recall: 90, delay_minutes: 15 };
/** The seeds that choose the levels of the methods begin here, and those that judge them. */
const FIRST_SEED = { choosing: 1, judging: 1_001 };

/**
 * Compares methods that find a doubled share of negative records in generated traffic. Each method
 * gets the lowest level that is right in 95 % of its alerts on other seeds. `product` is the method and
 * the level that AuraStream uses.
 */
export const alerts: Suite = {
  name: 'alerts',
  title: 'alerts on shifts: precision, recall and delay of five methods on generated traffic',
  measure: async (run) => LOADS.flatMap((load) => measureLoad(run, load)),
};

function measureLoad(run: Run, load: Load): Figure[] {
  run.signal.throwIfAborted();
  const count = run.quick ? 10 : 40;
  run.reportStep(`${load.records_per_hour} records an hour, ${100 * load.share} % negative`);
  const choosing = buildWorlds(load, listSeeds(FIRST_SEED.choosing, count));
  const judging = buildWorlds(load, listSeeds(FIRST_SEED.judging, count));
  const name = `${load.records_per_hour}_an_hour_${100 * load.share}_percent`;
  const figures = METHODS.flatMap((method) => {
    run.reportStep(`${name}: ${method.name}`);
    const level = chooseLevel(method, choosing);
    return buildFigures(`${method.name}.${name}`, level, judge(method, level, judging));
  });
  const level = SHARE_LEVELS.fires_at;
  const own = buildFigures(`product.${name}`, level, judge(cumulative_sum, level, judging), true);
  const least = leastDelay(load);
  return [
    ...figures,
    ...own,
    buildFigure({ name: `alerts.least_delay.${name}`, value: least, unit: 'min' }),
  ];
}

function buildFigures(
  name: string,
  level: number,
  judgement: Judgement,
  has_goals = false,
): Figure[] {
  const build = (figure: string, value: number, unit: string, goal?: Goal) =>
    buildFigure({
      name: `alerts.${figure}.${name}`,
      value,
      unit,
      goal: has_goals ? goal : undefined,
    });
  return [
    build('level', level, ''),
    build('precision', 100 * precisionOf(judgement), '%', {
      of: 'value',
      at_least: GOALS.precision,
    }),
    build('recall', 100 * recallOf(judgement), '%', { of: 'value', at_least: GOALS.recall }),
    build('delay_p50', delayOf(judgement, 50), 'min', {
      of: 'value',
      at_most: GOALS.delay_minutes,
    }),
    build('delay_p90', delayOf(judgement, 90), 'min'),
  ];
}

function listSeeds(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}
