import { DEPLOYED, SECONDS_PER_MONTH } from '../assumptions.ts';
import type { Finding, Proposal } from '../finding.ts';
import { formatNumber } from '../format-number.ts';
import type { SyncLoad } from '../load.ts';
import { LAMBDA_PROVISIONED_USD_PER_GB_SECOND } from '../prices.ts';
import type { QuotaToRaise } from '../quotas-to-raise.ts';
import { LARGEST_QUOTA } from '../regions.ts';
import type { SyncSize } from './size.ts';

/**
 * Limits of an account in a region: the requests per second of all its APIs, which can be raised,
 * and the burst, which only AWS can set.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const ACCOUNT_REQUESTS_PER_SECOND = 10_000;
const ACCOUNT_BURST = 5_000;
/** Concurrent executions of a new account. Source: the quota page of Lambda. */
const ACCOUNT_CONCURRENCY = 1_000;
/**
 * Execution environments by which a function grows in 10 seconds.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html
 */
const ENVIRONMENTS_PER_STEP = 1_000;

/** Lists what the API cannot do as its settings and the quotas are. */
export function checkSync(sync: SyncLoad, size: SyncSize): Finding[] {
  return [
    ...checkStage(sync),
    ...checkKeys(sync),
    ...checkAccountBurst(sync),
    ...checkGrowth(size),
    ...checkCalls(sync, size),
  ];
}

function checkStage({ requests_per_second, burst_requests }: SyncLoad): Finding[] {
  const { api } = DEPLOYED;
  const is_allowed =
    requests_per_second <= api.requests_per_second && burst_requests <= api.burst_requests;
  if (is_allowed) return [];
  return [
    {
      part: 'api',
      why:
        `the stage throttles at ${formatNumber(api.requests_per_second)} requests/s and a burst of ` +
        `${formatNumber(api.burst_requests)}`,
      instead: 'raise api.requests_per_second and api.burst_requests in infra/settings.ts',
    },
  ];
}

function checkKeys({ requests_per_second }: SyncLoad): Finding[] {
  const per_key = DEPLOYED.api.key_requests_per_second;
  if (requests_per_second <= per_key) return [];
  return [
    {
      part: 'api',
      why: `one API key is throttled at ${per_key} requests/s`,
      instead: `at least ${formatNumber(Math.ceil(requests_per_second / per_key))} keys of the largest tier`,
    },
  ];
}

function checkAccountBurst({ burst_requests }: SyncLoad): Finding[] {
  if (burst_requests <= ACCOUNT_BURST) return [];
  return [
    {
      part: 'api',
      why: `API Gateway gives an account a burst of ${formatNumber(ACCOUNT_BURST)} requests, which cannot be requested`,
      instead:
        'retries with jitter in the client, or POST /records, which takes 500 texts in a request',
    },
  ];
}

function checkGrowth({ environments, burst_environments }: SyncSize): Finding[] {
  const added = burst_environments - environments;
  if (added <= ENVIRONMENTS_PER_STEP) return [];
  return [
    {
      part: 'api',
      why:
        `a burst needs ${formatNumber(added)} more execution environments, and Lambda adds ` +
        `${formatNumber(ENVIRONMENTS_PER_STEP)} in 10 s`,
      instead: `provisioned concurrency of ${formatNumber(burst_environments)}`,
    },
  ];
}

function checkCalls(sync: SyncLoad, { calls_per_second, burst_calls }: SyncSize): Finding[] {
  const needed = computeNeededQuota(burst_calls);
  if (needed <= sync.quota_calls_per_second) return [];
  const { longest_wait_seconds } = DEPLOYED.api;
  const why =
    `${formatNumber(calls_per_second)} texts/s have no cached verdict (${formatNumber(burst_calls)} in a ` +
    `burst), and DetectSentiment has ${formatNumber(sync.quota_calls_per_second)} calls/s`;
  const instead =
    needed > LARGEST_QUOTA
      ? 'an analyzer without a quota of calls, or POST /records, whose texts wait on the stream'
      : `request ${formatNumber(needed)} calls/s; until then requests wait up to ` +
        `${longest_wait_seconds} s, and some answer 429`;
  return [{ part: 'api', why, instead }];
}

/** Returns the quota of which the API uses no more than its share, in calls per second. */
function computeNeededQuota(calls_per_second: number): number {
  return Math.ceil(calls_per_second / DEPLOYED.api.quota_share);
}

/** Lists the account's quotas that the API exceeds. */
export function listSyncQuotas(sync: SyncLoad, size: SyncSize): QuotaToRaise[] {
  const needed_calls = computeNeededQuota(size.burst_calls);
  const quotas: QuotaToRaise[] = [
    {
      quota: 'API Gateway, all APIs of a region: requests per second',
      present: ACCOUNT_REQUESTS_PER_SECOND,
      needed: Math.ceil(sync.requests_per_second),
    },
    {
      quota: 'Lambda, for the API: concurrent executions',
      present: ACCOUNT_CONCURRENCY,
      needed: size.burst_environments,
    },
    {
      quota: 'Comprehend, DetectSentiment: calls per second',
      present: sync.quota_calls_per_second,
      needed: needed_calls > LARGEST_QUOTA ? 0 : needed_calls,
    },
  ];
  return quotas.filter(({ present, needed }) => needed > present);
}

/** Proposes provisioned concurrency if a burst would meet cold starts. */
export function proposeForSync({ environments, burst_environments }: SyncSize): Proposal[] {
  const cold = burst_environments - environments;
  if (cold <= 0) return [];
  const usd =
    burst_environments *
    DEPLOYED.api.memory_gb *
    SECONDS_PER_MONTH *
    LAMBDA_PROVISIONED_USD_PER_GB_SECOND;
  return [
    {
      part: 'api',
      what:
        `a burst starts ${formatNumber(cold)} environments, which delays that many requests. Provisioned ` +
        `concurrency of ${formatNumber(burst_environments)} avoids that for ${formatNumber(usd)} USD a month`,
    },
  ];
}
