import type { PlannedLoad } from './load.ts';
import { estimateResultWriteUnits } from './storage.ts';

/** An adjustable quota of AWS that the load exceeds. */
export interface QuotaToRaise {
  quota: string;
  /** The account's quota if the load specifies the quota. Otherwise the default quota of AWS. */
  present: number;
  needed: number;
}

interface Needs {
  load: PlannedLoad;
  s3_bytes_per_1000: number;
  recommended_quota: number;
  megabytes_per_second: number;
  concurrency: number;
}

/**
 * Lists the quotas that a load exceeds. The default quotas apply to a new account in us-east-1.
 * Source: the quota page of each service.
 */
export function listQuotasToRaise(needs: Needs): QuotaToRaise[] {
  const { load } = needs;
  const perSecond = (per_1000: number) => Math.ceil((per_1000 / 1_000) * load.records_per_second);
  const quotas: QuotaToRaise[] = [
    {
      quota: 'Comprehend, BatchDetectSentiment: calls per second',
      present: load.quota_calls_per_second,
      needed: needs.recommended_quota,
    },
    {
      quota: 'Kinesis, an on-demand stream: MB per second',
      present: 10_000,
      needed: Math.ceil(needs.megabytes_per_second),
    },
    {
      quota: 'Lambda: concurrent executions',
      present: 1_000,
      needed: needs.concurrency,
    },
    {
      quota: 'DynamoDB, the results table with its index: write units per second',
      present: 40_000,
      needed: perSecond(estimateResultWriteUnits(load)),
    },
    {
      quota: 'Firehose, a delivery stream: MiB per second',
      present: 5,
      needed: Math.ceil(perSecond(needs.s3_bytes_per_1000) / 1_048_576),
    },
  ];
  return quotas.filter(({ present, needed }) => needed > present);
}
