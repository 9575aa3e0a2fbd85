export { DEPLOYED, MEASURED } from './assumptions.ts';
export { type Consumption, estimateConsumption } from './consumption.ts';
export {
  COST_STAGES,
  type Cost,
  type CostStage,
  computeCost,
  multiplyUsage,
  type Usage,
} from './cost.ts';
export { loadSchema, type PlannedLoad } from './load.ts';
export {
  type ComprehendPlan,
  type ConsumerPlan,
  type Plan,
  planLoad,
  type StreamPlan,
} from './plan.ts';
export { CHARACTERS_PER_UNIT, COMPREHEND_USD_PER_UNIT, LEAST_UNITS } from './prices.ts';
export type { QuotaFit } from './quota.ts';
export type { QuotaToRaise } from './quotas-to-raise.ts';
