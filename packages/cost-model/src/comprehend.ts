import { DOCUMENTS_PER_CALL } from './assumptions.ts';
import type { Workload } from './consumer.ts';
import type { PlannedLoad } from './load.ts';
import { estimateCallRate, recommendQuota } from './quota.ts';

export interface ComprehendPlan {
  calls_per_second: number;
  /** Mean number of documents in a call, divided by 25. A call has at most 25 documents. */
  call_fill: number;
  /** Quota to request from AWS, in BatchDetectSentiment calls per second. */
  recommended_quota: number;
}

export function planComprehend(load: PlannedLoad, { usual, full }: Workload): ComprehendPlan {
  const calls_per_second = estimateCallRate(load, usual, full);
  const documents_per_second = (usual.documents / 1_000) * load.records_per_second;
  return {
    calls_per_second,
    call_fill:
      calls_per_second === 0 ? 1 : documents_per_second / (calls_per_second * DOCUMENTS_PER_CALL),
    recommended_quota: recommendQuota(load, full),
  };
}
