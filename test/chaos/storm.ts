import { ListShardsCommand, MergeShardsCommand, SplitShardCommand } from '@aws-sdk/client-kinesis';
import type { TestCloud } from '../support/cloud.ts';
import type { Random } from '../support/random.ts';

interface Rule {
  service: string;
  kind: string;
  action?: string;
  probability?: number;
  share?: number;
  after_effect?: boolean;
  missing?: boolean;
  latency?: { p50_ms: number; p99_ms: number };
}

const SERVICES = ['kinesis', 'dynamodb', 's3', 'firehose', 'comprehend', 'sqs'];

/** Every kind of fault of which a batch's entries can be the victims one by one. */
const PARTIAL: Rule[] = [
  { service: 'kinesis', action: 'PutRecords', kind: 'partial' },
  { service: 'dynamodb', action: 'BatchGetItem', kind: 'partial' },
  { service: 'dynamodb', action: 'BatchWriteItem', kind: 'partial' },
  { service: 'firehose', action: 'PutRecordBatch', kind: 'partial' },
  { service: 'comprehend', action: 'BatchDetectSentiment', kind: 'partial' },
  { service: 'comprehend', action: 'BatchDetectSentiment', kind: 'partial', missing: true },
];

/** One spell of weather: some rules, for some seconds. */
function drawSpell(random: Random): { rules: Rule[]; milliseconds: number } {
  const rules: Rule[] = [];
  for (const service of SERVICES) {
    const probability = random.between(0.02, 0.3);
    const draw = random.int(8);
    if (draw === 0) rules.push({ service, kind: 'throttle', probability });
    if (draw === 1) rules.push({ service, kind: 'error', probability });
    if (draw === 2) rules.push({ service, kind: 'error', probability, after_effect: true });
    if (draw === 3) rules.push({ service, kind: 'timeout', probability, after_effect: true });
    if (draw === 4) {
      rules.push({ service, kind: 'latency', latency: { p50_ms: 20, p99_ms: 1_500 } });
    }
  }
  for (const partial of PARTIAL) {
    if (!random.chance(0.4)) continue;
    const { missing, ...rule } = partial;
    const share = random.between(0.05, 0.6);
    rules.push({ ...rule, ...(missing ? { missing } : {}), probability: 0.5, share });
  }
  if (random.chance(0.5)) {
    rules.push({ service: 'lambda', kind: 'kill', probability: random.between(0.05, 0.4) });
  }
  // The same batch to two environments at once.
  if (random.chance(0.4)) {
    rules.push({ service: 'lambda', kind: 'duplicate', probability: random.between(0.05, 0.5) });
  }
  // A service that is away altogether.
  if (random.chance(0.15)) rules.push({ service: random.pick(SERVICES), kind: 'error' });
  return { rules, milliseconds: random.between(1_500, 5_000) };
}

export interface Storm {
  faults_by_kind: Record<string, number>;
  reshards: number;
  /** Ends the faults. */
  calm(): Promise<void>;
}

/** Changes the weather until it is told to stop. */
export async function brew(test: TestCloud, random: Random, until: AbortSignal): Promise<Storm> {
  const storm: Storm = { faults_by_kind: {}, reshards: 0, calm: () => clear(test, storm) };
  while (!until.aborted) {
    const { rules, milliseconds } = drawSpell(random);
    for (const rule of rules) {
      await test.control('POST', 'faults', { ...rule, seed: random.int(2 ** 31) });
    }
    await Promise.all([
      pause(milliseconds, until),
      random.chance(0.2) ? reshard(test, random, storm) : undefined,
    ]);
    await clear(test, storm);
  }
  return storm;
}

async function clear(test: TestCloud, storm: Storm): Promise<void> {
  const { rules } = (await test.control('GET', 'faults')) as {
    rules: (Rule & { hits: number })[];
  };
  for (const { service, kind, after_effect, hits } of rules) {
    const name = `${service} ${kind}${after_effect ? ' after the effect' : ''}`;
    if (hits > 0) storm.faults_by_kind[name] = (storm.faults_by_kind[name] ?? 0) + hits;
  }
  await test.control('DELETE', 'faults');
}

function pause(milliseconds: number, until: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      until.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    until.addEventListener('abort', end);
  });
}

/** Splits a shard, or merges two neighbours. What a fault refuses is left for another time. */
async function reshard(test: TestCloud, random: Random, storm: Storm): Promise<void> {
  const { kinesis } = test.clients;
  const StreamName = test.stack.StreamName;
  try {
    const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
    const open = Shards.filter(
      ({ SequenceNumberRange }) => SequenceNumberRange?.EndingSequenceNumber === undefined,
    ).sort((a, b) => (start(a) < start(b) ? -1 : 1));
    const at = random.int(open.length);
    const [shard, next] = [open[at]!, open[at + 1]];
    if (next !== undefined && (open.length > 6 || random.chance(0.5))) {
      await kinesis.send(
        new MergeShardsCommand({
          StreamName,
          ShardToMerge: shard.ShardId,
          AdjacentShardToMerge: next.ShardId,
        }),
      );
    } else {
      const middle = (start(shard) + BigInt(shard.HashKeyRange!.EndingHashKey!)) / 2n;
      await kinesis.send(
        new SplitShardCommand({
          StreamName,
          ShardToSplit: shard.ShardId,
          NewStartingHashKey: String(middle),
        }),
      );
    }
    storm.reshards += 1;
  } catch {
    // Throttled, away, or resharding already: as it is with AWS.
  }
}

function start(shard: {
  HashKeyRange?: { StartingHashKey?: string | undefined } | undefined;
}): bigint {
  return BigInt(shard.HashKeyRange!.StartingHashKey!);
}
