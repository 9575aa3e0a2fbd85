import type { ComprehendPlan } from './comprehend.ts';
import type { ConsumerPlan, Workload } from './consumer.ts';
import type { PlannedLoad } from './load.ts';
import type { MonthlyCost } from './monthly.ts';
import type { QuotaFit } from './quota.ts';
import type { StreamPlan } from './stream.ts';

/** The parts of a plan from which its findings, proposals and quotas to raise follow. */
export interface PlanParts {
  load: PlannedLoad;
  workload: Workload;
  stream: StreamPlan;
  consumer: ConsumerPlan;
  comprehend: ComprehendPlan;
  present_quota: QuotaFit;
  usd_per_month: MonthlyCost;
}
