import { type ComprehendPlan, planComprehend } from './comprehend.ts';
import {
  type ConsumerPlan,
  estimateLambdaGbSeconds,
  estimateWorkload,
  planConsumer,
} from './consumer.ts';
import type { Finding, Proposal } from './finding.ts';
import { listFindings } from './findings.ts';
import type { PlannedLoad } from './load.ts';
import { computeCostPerMillion, computeMonthlyCost, type MonthlyCost } from './monthly.ts';
import { estimatePerRecordUsage } from './per-record.ts';
import { listProposals } from './proposals.ts';
import { fitQuota, type QuotaFit } from './quota.ts';
import { listQuotasToRaise, type QuotaToRaise } from './quotas-to-raise.ts';
import { planSearch, type SearchPlan } from './search.ts';
import { estimateShards, planStream, type StreamPlan } from './stream.ts';
import { planSync, type SyncPlan } from './sync/plan.ts';
import { SOURCE_WRITES_PER_SECOND } from './tables.ts';

export interface Plan {
  load: PlannedLoad;
  stream: StreamPlan;
  consumer: ConsumerPlan;
  comprehend: ComprehendPlan;
  present_quota: QuotaFit;
  /** Absent if Comprehend searches no text for personal data. */
  search?: SearchPlan;
  quotas_to_raise: QuotaToRaise[];
  /**
   * Minimum number of sources among which the records must be spread. The indexes limit how many
   * records of one source can be written per second.
   */
  least_sources: number;
  /** Findings that make the plan fail with this load and these settings, each with an alternative. */
  findings: Finding[];
  /** Findings without which the plan works, but works better or costs less with a change. */
  proposals: Proposal[];
  usd_per_month: MonthlyCost;
  /**
   * Mean cost of a million records in a month with this load, in USD. Comprehend's price falls with
   * the volume, and therefore the mean depends on the volume.
   */
  usd_per_million: MonthlyCost;
  /**
   * Cost of the usual design per month, in USD. The usual design makes four calls for each record.
   */
  per_record_usd_per_month: MonthlyCost;
  /** The synchronous API, if the load has a part for it. Its cost is not in the totals above. */
  sync?: SyncPlan;
}

/**
 * Plans the resources for a load. The plan contains the shards, the concurrency, the quota, the
 * delay and the cost in USD, and says of each part whether it can work.
 *
 * @example
 * ```ts
 * const plan = planLoad(
 *   loadSchema.parse({ records_per_second: 2_000, characters: 140, repeat_share: 0.6 }),
 * );
 * plan.comprehend.recommended_quota; // 40
 * plan.findings.map(({ part }) => part); // ['quota']
 * ```
 */
export function planLoad(load: PlannedLoad): Plan {
  const shards = estimateShards(load);
  const workload = estimateWorkload(load, shards);
  // Costs are those of batches as they arrive. A consumer that is behind has fuller batches, which
  // cost a little less, but a plan must not become cheaper because the quota is too small.
  const lambda_gb_seconds = estimateLambdaGbSeconds(load, workload);
  const usage = { ...workload.usual.usage, lambda_gb_seconds };
  const usd_per_month = computeMonthlyCost(load, usage);
  const stream = planStream(load, usage);
  const consumer = planConsumer(load, workload);
  const comprehend = planComprehend(load, workload);
  const present_quota = fitQuota(load, workload.full);
  const least_sources = Math.ceil(load.records_per_second / SOURCE_WRITES_PER_SECOND);
  const parts = { load, workload, stream, consumer, comprehend, present_quota, usd_per_month };
  const search = planSearch(load);
  const sync = load.sync === undefined ? undefined : planSync(load, load.sync);
  return {
    load,
    stream,
    consumer,
    comprehend,
    present_quota,
    ...(search === undefined ? {} : { search }),
    quotas_to_raise: [...listQuotasToRaise(parts), ...(sync?.quotas_to_raise ?? [])],
    least_sources,
    findings: [...listFindings(parts), ...(sync?.findings ?? [])],
    proposals: [...listProposals(parts), ...(sync?.proposals ?? [])],
    usd_per_month,
    usd_per_million: computeCostPerMillion(usd_per_month, load.records_per_second),
    per_record_usd_per_month: computeMonthlyCost(
      load,
      estimatePerRecordUsage(load, workload.usual_records),
    ),
    ...(sync === undefined ? {} : { sync }),
  };
}
