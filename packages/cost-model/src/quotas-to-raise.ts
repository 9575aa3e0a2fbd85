import type { PlanParts } from './parts.ts';
import { getRegionQuotas, LARGEST_FIREHOSE_MIB, LARGEST_QUOTA } from './regions.ts';
import { planSearch } from './search.ts';
import { estimateResultWriteUnits } from './storage.ts';
import { SHARD_ROOM } from './stream.ts';

/** An adjustable quota of AWS that the load exceeds. */
export interface QuotaToRaise {
  quota: string;
  /** The account's quota if the load specifies the quota. Otherwise the default quota of AWS. */
  present: number;
  needed: number;
}

/**
 * Lists the quotas that a load exceeds. The default quotas apply to the region of the load.
 * Source: the quota page of each service.
 */
export function listQuotasToRaise(parts: PlanParts): QuotaToRaise[] {
  const { load, workload, comprehend, stream, consumer } = parts;
  const region = getRegionQuotas(load.region);
  const perSecond = (per_1000: number) => Math.ceil((per_1000 / 1_000) * load.records_per_second);
  const quotas: QuotaToRaise[] = [
    {
      quota: 'Comprehend, BatchDetectSentiment: calls per second',
      present: load.quota_calls_per_second,
      // A finding says what works instead of a quota that AWS is not known to give.
      needed: comprehend.recommended_quota > LARGEST_QUOTA ? 0 : comprehend.recommended_quota,
    },
    {
      quota: 'Comprehend, DetectPiiEntities: calls per second',
      present: load.search_quota_calls_per_second,
      needed: planSearch(load)?.recommended_quota ?? 0,
    },
    {
      quota: 'Kinesis, an on-demand stream: MB per second',
      present: region.kinesis_mb_per_second,
      // On demand, 1 MB/s stands for 1,000 records/s too.
      needed: Math.ceil(
        Math.max(stream.megabytes_per_second, load.records_per_second / 1_000) * SHARD_ROOM,
      ),
    },
    {
      quota: 'Lambda: concurrent executions',
      present: 1_000,
      needed: consumer.concurrency,
    },
    {
      quota: 'DynamoDB, the results table with its indexes: write units per second',
      present: 40_000,
      needed: perSecond(estimateResultWriteUnits(load)),
    },
    {
      quota: 'Firehose, a delivery stream: MiB per second',
      present: region.firehose_mib_per_second,
      needed: Math.min(
        LARGEST_FIREHOSE_MIB,
        Math.ceil(perSecond(workload.usual.usage.s3_bytes) / 1_048_576),
      ),
    },
  ];
  return quotas.filter(({ present, needed }) => needed > present);
}
