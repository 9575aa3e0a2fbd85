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
import { type Figure, figure } from '../figures.ts';
import { DOCUMENTS_PER_CALL, QUOTA_CALLS_PER_SECOND } from '../services/limits.ts';
import type { Run, Suite } from '../suite.ts';
import { underQuota } from './quota-consumers.ts';

/** What the governor is told. */
const TARGET = 9.8;
const CALLS_AT_A_TIME = 4;
/** The SDK's own retries, where nobody governs. */
const SDK_ATTEMPTS = 3;

interface Share {
  /** Of what the quota allows in that time. */
  used: number;
  /** Of all calls. */
  throttled: number;
  documents_per_second: number;
  ledger_writes_per_call: number;
}

/**
 * `quota.*_consumers`: the governor alone, with full calls; beside it stands what goes without one: every consumer calls
 * at will, and the SDK tries again. `quota.*.stream`: the deployed consumer; all that a quick run has.
 */
export const quota: Suite = {
  name: 'quota',
  title: 'how much of 10 calls/s consumers use together, and how often they are refused',
  measure: async (run) => [
    ...(run.quick ? [] : await withCloud(run, {}, (cloud) => measured(run, cloud))),
    ...(await underQuota(run)),
  ],
};

const SECONDS = 15;

async function measured(run: Run, cloud: BenchCloud): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const consumers of [1, 4, 10]) {
    const name = `${consumers}_consumer${consumers === 1 ? '' : 's'}`;
    const sharing = { consumers, seconds: SECONDS };
    run.say(`${consumers} consumers, governed`);
    const ours = await shared(run, cloud, { ...sharing, with_governor: true });
    run.say(`${consumers} consumers, at will`);
    const at_will = await shared(run, cloud, { ...sharing, with_governor: false });
    figures.push(...shares(name, ours, at_will));
    if (consumers === 4) figures.push(...rates(name, ours, at_will));
  }
  return figures;
}

function shares(name: string, ours: Share, at_will: Share): Figure[] {
  return [
    figure({
      name: `quota.share_used.${name}`,
      value: ours.used,
      unit: 'share',
      baselines: { per_record: at_will.used },
      goal: { of: 'value', at_least: 0.95 },
    }),
    figure({
      name: `quota.throttled_share.${name}`,
      value: ours.throttled,
      unit: 'share',
      baselines: { per_record: at_will.throttled },
      goal: { of: 'value', at_most: 0.01 },
    }),
  ];
}

function rates(name: string, ours: Share, at_will: Share): Figure[] {
  return [
    figure({
      name: `quota.documents_per_second.${name}`,
      value: ours.documents_per_second,
      unit: 'documents/s',
      baselines: { per_record: at_will.documents_per_second },
    }),
    figure({
      name: 'quota.ledger_writes_per_call',
      value: ours.ledger_writes_per_call,
      unit: 'writes',
    }),
  ];
}

interface Sharing {
  consumers: number;
  seconds: number;
  with_governor: boolean;
}

/** So many consumers for so long, each with clients of its own. */
async function shared(run: Run, cloud: BenchCloud, sharing: Sharing): Promise<Share> {
  const { consumers, seconds, with_governor } = sharing;
  const counts: Counts = { calls: 0, throttled: 0, answered: 0, writes: 0, refused: 0 };
  // A full bucket at the start would be a second's calls for nothing.
  await emptied(cloud.config);
  const end = Date.now() + seconds * 1_000;
  const workers = Array.from({ length: consumers }, () => {
    const client = counting(cloud.config, counts, with_governor ? 1 : SDK_ATTEMPTS);
    const at_will = createComprehendAnalyzer({ client });
    const analyzer = with_governor
      ? limitToQuota(at_will, cloud, { ...sharing, counts, end })
      : at_will;
    return calling(run, analyzer, { counts, end });
  });
  await Promise.all(workers);
  return {
    used: counts.answered / (QUOTA_CALLS_PER_SECOND * seconds),
    throttled: counts.throttled / counts.calls,
    documents_per_second: (counts.answered * DOCUMENTS_PER_CALL) / seconds,
    // Who is told that there is no slot left has cost a write too.
    ledger_writes_per_call: counts.writes / (counts.calls + counts.refused),
  };
}

interface Counts {
  calls: number;
  throttled: number;
  answered: number;
  writes: number;
  /** Calls that had no slot before the end. */
  refused: number;
}

function limitToQuota(
  analyzer: Analyzer,
  { config, stack }: BenchCloud,
  { consumers, counts, end }: Sharing & { counts: Counts; end: number },
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

/** One consumer: always some calls under way; one that was refused waits for a slot's time. */
async function calling(
  run: Run,
  analyzer: Analyzer,
  { counts, end }: { counts: Counts; end: number },
): Promise<void> {
  const documents = Array.from({ length: DOCUMENTS_PER_CALL }, (_, i) => `It was a good day: ${i}`);
  const caller = async () => {
    while (Date.now() < end && !run.signal.aborted) {
      const failure = await analyzer.detectSentiment(documents, 'en').then(
        () => undefined,
        (cause: unknown) => cause,
      );
      // What the SDK still gets through after the end is another time's quota.
      if (failure === undefined) counts.answered += Date.now() < end ? 1 : 0;
      else if (!isOutOfQuota(failure)) await sleep(1_000 / QUOTA_CALLS_PER_SECOND);
      else {
        // There is none before the end: asking again would only be counted as writes.
        counts.refused += 1;
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_A_TIME }, caller));
}

function isOutOfQuota(failure: unknown): boolean {
  return failure instanceof ServiceError && failure.code === 'OutOfQuota';
}

type Config = ReturnType<typeof clientConfig>;

/** Sees every request, those that the SDK repeats included. */
function counting(config: Config, counts: Counts, maxAttempts: number): ComprehendClient {
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

async function emptied(config: Config): Promise<void> {
  const analyzer = createComprehendAnalyzer({
    client: new ComprehendClient({ ...config, maxAttempts: 1 }),
  });
  const calls = Array.from({ length: QUOTA_CALLS_PER_SECOND * 2 }, () =>
    analyzer.detectSentiment(['x'], 'en'),
  );
  await Promise.allSettled(calls);
  await sleep(2_000 / QUOTA_CALLS_PER_SECOND);
}
