import { setTimeout as sleep } from 'node:timers/promises';
import { ComprehendClient } from '@aws-sdk/client-comprehend';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { clientConfig } from '../../aws/clients.ts';
import { createComprehendAnalyzer } from '../../aws/comprehend/analyzer.ts';
import { createQuotaLedger } from '../../aws/dynamodb/quota/ledger.ts';
import type { Analyzer } from '../../processors/analysis/ports.ts';
import { limitRate } from '../../processors/analysis/rate-limiter.ts';
import type { Deadline } from '../../processors/deadline.ts';
import { ServiceError } from '../../schemas/index.ts';
import { type BenchCloud, withCloud } from '../cloud.ts';
import { buildFigure, type Figure } from '../figures.ts';
import { DOCUMENTS_PER_CALL, QUOTA_CALLS_PER_SECOND } from '../services/limits.ts';
import type { Run, Suite } from '../suite.ts';
import { measureUnderQuota } from './quota-consumers.ts';

/** Rate that all consumers share, in calls per second. The rate is slightly below the quota. */
const TARGET = 9.8;
const CALLS_IN_FLIGHT = 4;
/** How many attempts the SDK makes per call if no rate limiter limits the calls. */
const SDK_ATTEMPTS = 3;

interface QuotaUse {
  /** Number of answered calls divided by the number of calls that the quota allows. */
  used: number;
  /** Number of throttled calls divided by the number of all calls. */
  throttled: number;
  documents_per_second: number;
  ledger_writes_per_call: number;
}

/**
 * `quota.*_consumers` measures the rate limiter alone, with full calls. The baseline has no rate
 * limiter. In the baseline, each consumer calls as often as possible, and the SDK retries throttled
 * calls. `quota.*.stream` measures the deployed consumer. A quick run measures only
 * `quota.*.stream`.
 */
export const quota: Suite = {
  name: 'quota',
  title:
    'share of a quota of 10 calls/s that consumers use together, and of calls that are throttled',
  measure: async (run) => [
    ...(run.quick ? [] : await withCloud(run, {}, (cloud) => measureRateLimiter(run, cloud))),
    ...(await measureUnderQuota(run)),
  ],
};

const SECONDS = 15;

async function measureRateLimiter(run: Run, cloud: BenchCloud): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const consumers of [1, 4, 10]) {
    const name = `${consumers}_consumer${consumers === 1 ? '' : 's'}`;
    const trial = { consumers, seconds: SECONDS };
    run.reportStep(`${consumers} consumers with the rate limiter`);
    const ours = await runTrial(run, cloud, { ...trial, is_limited: true });
    run.reportStep(`${consumers} consumers without a rate limiter`);
    const unlimited = await runTrial(run, cloud, { ...trial, is_limited: false });
    figures.push(...buildShares(name, ours, unlimited));
    if (consumers === 4) figures.push(...buildRates(name, ours, unlimited));
  }
  return figures;
}

function buildShares(name: string, ours: QuotaUse, unlimited: QuotaUse): Figure[] {
  return [
    buildFigure({
      name: `quota.share_used.${name}`,
      value: ours.used,
      unit: 'share',
      baselines: { per_record: unlimited.used },
      goal: { of: 'value', at_least: 0.95 },
    }),
    buildFigure({
      name: `quota.throttled_share.${name}`,
      value: ours.throttled,
      unit: 'share',
      baselines: { per_record: unlimited.throttled },
      goal: { of: 'value', at_most: 0.01 },
    }),
  ];
}

function buildRates(name: string, ours: QuotaUse, unlimited: QuotaUse): Figure[] {
  return [
    buildFigure({
      name: `quota.documents_per_second.${name}`,
      value: ours.documents_per_second,
      unit: 'documents/s',
      baselines: { per_record: unlimited.documents_per_second },
    }),
    buildFigure({
      name: 'quota.ledger_writes_per_call',
      value: ours.ledger_writes_per_call,
      unit: 'writes',
    }),
  ];
}

interface Trial {
  consumers: number;
  seconds: number;
  is_limited: boolean;
}

/** Runs the consumers until the time of the trial is over. Each consumer has its own clients. */
async function runTrial(run: Run, cloud: BenchCloud, trial: Trial): Promise<QuotaUse> {
  const { consumers, seconds, is_limited } = trial;
  const counts: QuotaCounts = { calls: 0, throttled: 0, answered: 0, writes: 0, refused: 0 };
  // Empty the token bucket first. A full bucket would admit the calls of one second in addition to
  // the quota.
  await emptyTokenBucket(cloud.config);
  const end = Date.now() + seconds * 1_000;
  const workers = Array.from({ length: consumers }, () => {
    const client = createCountingClient(cloud.config, counts, is_limited ? 1 : SDK_ATTEMPTS);
    const unlimited = createComprehendAnalyzer({ client });
    const analyzer = is_limited
      ? limitToQuota(unlimited, cloud, { ...trial, counts, end })
      : unlimited;
    return callUntilEnd(run, analyzer, { counts, end });
  });
  await Promise.all(workers);
  return {
    used: counts.answered / (QUOTA_CALLS_PER_SECOND * seconds),
    throttled: counts.throttled / counts.calls,
    documents_per_second: (counts.answered * DOCUMENTS_PER_CALL) / seconds,
    // If a reservation found no slot before the end of the trial, the call was refused, but the
    // reservation still caused a write. Therefore the divisor includes the refused calls.
    ledger_writes_per_call: counts.writes / (counts.calls + counts.refused),
  };
}

interface QuotaCounts {
  calls: number;
  throttled: number;
  answered: number;
  writes: number;
  /**
   * How many calls the rate limiter refused because no slot was left before the end of the trial.
   */
  refused: number;
}

function limitToQuota(
  analyzer: Analyzer,
  { config, stack }: BenchCloud,
  { consumers, counts, end }: Trial & { counts: QuotaCounts; end: number },
): Analyzer {
  const dynamodb = new DynamoDBClient(config);
  const send = (command: object) => {
    if (command instanceof UpdateItemCommand) counts.writes += 1;
    return dynamodb.send(command as UpdateItemCommand);
  };
  const ledger = createQuotaLedger({
    client: { send } as DynamoDBClient,
    table_name: stack.QuotaTableName,
    quota: `bench-${consumers}`,
    calls_per_second: TARGET,
    now: Date.now,
  });
  const limited = limitRate(analyzer, {
    ledger,
    quota_calls_per_second: TARGET,
    fallback_calls_per_second: TARGET / consumers,
    now: Date.now,
  }).analyzer;
  const deadline: Deadline = { at: end, signal: new AbortController().signal };
  return {
    ...limited,
    detectSentiment: (documents, language_code) =>
      limited.detectSentiment(documents, language_code, deadline),
  };
}

/**
 * Keeps a consumer's calls in flight until the end of the trial. After a failed call, the caller
 * pauses for the interval between two calls at the quota's rate.
 */
async function callUntilEnd(
  run: Run,
  analyzer: Analyzer,
  { counts, end }: { counts: QuotaCounts; end: number },
): Promise<void> {
  const documents = Array.from({ length: DOCUMENTS_PER_CALL }, (_, i) => `It was a good day: ${i}`);
  const caller = async () => {
    while (Date.now() < end && !run.signal.aborted) {
      const failure = await analyzer.detectSentiment(documents, 'en').then(
        () => undefined,
        (cause: unknown) => cause,
      );
      // Calls that complete after the end of the trial do not count, because they use the quota of
      // a later second.
      if (failure === undefined) counts.answered += Date.now() < end ? 1 : 0;
      else if (!isOutOfQuota(failure)) await sleep(1_000 / QUOTA_CALLS_PER_SECOND);
      else {
        // Stop, because no slot is left before the end of the trial. Further reservations would
        // only add writes.
        counts.refused += 1;
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: CALLS_IN_FLIGHT }, caller));
}

function isOutOfQuota(failure: unknown): boolean {
  return failure instanceof ServiceError && failure.code === 'OutOfQuota';
}

type Config = ReturnType<typeof clientConfig>;

/** Creates a client that counts every request, including the SDK's retries. */
function createCountingClient(
  config: Config,
  counts: QuotaCounts,
  maxAttempts: number,
): ComprehendClient {
  const client = new ComprehendClient({ ...config, maxAttempts });
  client.middlewareStack.add(
    (next) => async (args) => {
      counts.calls += 1;
      try {
        return await next(args);
      } catch (error) {
        if ((error as Error).name === 'ThrottlingException') counts.throttled += 1;
        throw error;
      }
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  return client;
}

async function emptyTokenBucket(config: Config): Promise<void> {
  const analyzer = createComprehendAnalyzer({
    client: new ComprehendClient({ ...config, maxAttempts: 1 }),
  });
  const calls = Array.from({ length: QUOTA_CALLS_PER_SECOND * 2 }, () =>
    analyzer.detectSentiment(['x'], 'en'),
  );
  await Promise.allSettled(calls);
  await sleep(2_000 / QUOTA_CALLS_PER_SECOND);
}
