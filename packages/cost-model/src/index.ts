export { DEPLOYED, MEASURED, MEMORY_GB_PER_CORE } from './assumptions.ts';
export type { ComprehendPlan } from './comprehend.ts';
export type { ConsumerPlan } from './consumer.ts';
export { type Consumption, estimateConsumption } from './consumption.ts';
export {
  COST_STAGES,
  type Cost,
  type CostStage,
  computeCost,
  multiplyUsage,
  type Usage,
} from './cost.ts';
export type { Finding, PlanPart, Proposal } from './finding.ts';
export { formatNumber } from './format-number.ts';
export { RAW_DAYS } from './lake.ts';
export { loadSchema, type PlannedLoad } from './load.ts';
export { MONTHLY_STAGES, type MonthlyCost } from './monthly.ts';
export { type Plan, planLoad } from './plan.ts';
export { CHARACTERS_PER_UNIT, COMPREHEND_USD_PER_UNIT, LEAST_UNITS } from './prices.ts';
export type { QuotaFit } from './quota.ts';
export type { QuotaToRaise } from './quotas-to-raise.ts';
export { COMPREHEND_REGIONS } from './regions.ts';
export type { SearchPlan } from './search.ts';
export type { StreamPlan } from './stream.ts';
export { formatShare } from './sync/availability.ts';
export { SYNC_STAGES, type SyncPlan } from './sync/plan.ts';
