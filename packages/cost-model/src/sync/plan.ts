import { DEPLOYED, MEASURED, SECONDS_PER_MONTH } from '../assumptions.ts';
import { computeComprehendUnits } from '../consumption.ts';
import type { Finding, Proposal } from '../finding.ts';
import type { PlannedLoad, SyncLoad } from '../load.ts';
import {
  COMPREHEND_TIERS,
  DYNAMODB_USD_PER_READ_UNIT,
  DYNAMODB_USD_PER_WRITE_UNIT,
  EGRESS_TIERS,
  GB,
  LAMBDA_USD_PER_GB_SECOND,
  LAMBDA_USD_PER_REQUEST,
  LOGS_USD_PER_GB,
  REST_REQUEST_TIERS,
  XRAY_USD_PER_TRACE,
} from '../prices.ts';
import type { QuotaToRaise } from '../quotas-to-raise.ts';
import { priceByTiers } from '../tiers.ts';
import { estimateTraceRate } from '../traces.ts';
import { type Availability, checkAvailability, computeAvailability } from './availability.ts';
import { checkSync, listSyncQuotas, proposeForSync } from './limits.ts';
import { type SyncSize, sizeSync } from './size.ts';

/** Parts of the API's bill. */
export const SYNC_STAGES = [
  'analysis',
  'gateway',
  'compute',
  'cache',
  'ledger',
  'monitoring',
  'egress',
] as const;
type SyncCost = Record<(typeof SYNC_STAGES)[number] | 'total', number>;

/** The plan of the synchronous API. */
export interface SyncPlan extends SyncSize {
  availability: Availability;
  findings: Finding[];
  proposals: Proposal[];
  quotas_to_raise: QuotaToRaise[];
  usd_per_month: SyncCost;
}

export function planSync(load: PlannedLoad, sync: SyncLoad): SyncPlan {
  const size = sizeSync(load, sync);
  return {
    ...size,
    availability: computeAvailability(load),
    findings: [...checkSync(sync, size), ...checkAvailability(load)],
    proposals: proposeForSync(size),
    quotas_to_raise: listSyncQuotas(sync, size),
    usd_per_month: priceSync(load, sync, size),
  };
}

function priceSync(load: PlannedLoad, sync: SyncLoad, size: SyncSize): SyncCost {
  const perMonth = (per_second: number) => per_second * SECONDS_PER_MONTH;
  const requests = perMonth(sync.requests_per_second);
  const misses = perMonth(size.calls_per_second);
  const stages = {
    // The stream's units of the month fill the tiers first.
    analysis: priceByTiers(
      COMPREHEND_TIERS,
      misses * computeComprehendUnits(load),
      perMonth(load.records_per_second) * (1 - load.repeat_share) * computeComprehendUnits(load),
    ),
    gateway: priceByTiers(REST_REQUEST_TIERS, requests),
    compute:
      requests * LAMBDA_USD_PER_REQUEST +
      perMonth(size.concurrency) * DEPLOYED.api.memory_gb * LAMBDA_USD_PER_GB_SECOND,
    cache: requests * 0.5 * DYNAMODB_USD_PER_READ_UNIT + misses * DYNAMODB_USD_PER_WRITE_UNIT,
    // An environment takes one slot with each write, because it serves one request at a time.
    ledger: misses * DYNAMODB_USD_PER_WRITE_UNIT,
    monitoring:
      ((requests * MEASURED.log_bytes_per_request) / GB) * LOGS_USD_PER_GB +
      perMonth(estimateTraceRate(sync.requests_per_second)) * XRAY_USD_PER_TRACE,
    egress: priceByTiers(EGRESS_TIERS, (requests * MEASURED.sync_answer_bytes) / GB),
  };
  return { ...stages, total: SYNC_STAGES.reduce((sum, stage) => sum + stages[stage], 0) };
}
