import { ListShardsCommand, MergeShardsCommand, SplitShardCommand } from '@aws-sdk/client-kinesis';
import type { TestCloud } from '../support/cloud.ts';
import type { Random } from '../support/random.ts';

interface FaultRule {
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

/** Faults that make single entries of a batch fail. */
const PARTIAL_FAULTS: FaultRule[] = [
  { service: 'kinesis', action: 'PutRecords', kind: 'partial' },
  { service: 'dynamodb', action: 'BatchGetItem', kind: 'partial' },
  { service: 'dynamodb', action: 'BatchWriteItem', kind: 'partial' },
  { service: 'firehose', action: 'PutRecordBatch', kind: 'partial' },
  { service: 'comprehend', action: 'BatchDetectSentiment', kind: 'partial' },
  { service: 'comprehend', action: 'BatchDetectSentiment', kind: 'partial', missing: true },
];

/** Draws the fault rules of one phase, and the duration of the phase in milliseconds. */
function drawPhase(random: Random): { rules: FaultRule[]; milliseconds: number } {
  const rules = [...drawServiceFaults(random), ...drawPartialFaults(random)];
  if (random.chance(0.5)) {
    rules.push({ service: 'lambda', kind: 'kill', probability: random.between(0.05, 0.4) });
  }
  // This rule makes Lambda deliver the same batch to two environments at the same time.
  if (random.chance(0.4)) {
    rules.push({ service: 'lambda', kind: 'duplicate', probability: random.between(0.05, 0.5) });
  }
  // This rule makes every call to one service fail.
  if (random.chance(0.15)) rules.push({ service: random.pick(SERVICES), kind: 'error' });
  return { rules, milliseconds: random.between(1_500, 5_000) };
}

function drawServiceFaults(random: Random): FaultRule[] {
  return SERVICES.flatMap((service): FaultRule[] => {
    const probability = random.between(0.02, 0.3);
    const latency = { p50_ms: 20, p99_ms: 1_500 };
    const faults: FaultRule[] = [
      { service, kind: 'throttle', probability },
      { service, kind: 'error', probability },
      { service, kind: 'error', probability, after_effect: true },
      { service, kind: 'timeout', probability, after_effect: true },
      { service, kind: 'latency', latency },
    ];
    // Three of eight draws leave the service without a fault.
    const fault = faults[random.int(8)];
    return fault === undefined ? [] : [fault];
  });
}

function drawPartialFaults(random: Random): FaultRule[] {
  return PARTIAL_FAULTS.flatMap((fault) =>
    random.chance(0.4) ? [{ ...fault, probability: 0.5, share: random.between(0.05, 0.6) }] : [],
  );
}

export interface InjectedFaults {
  faults_by_kind: Record<string, number>;
  reshards: number;
}

/**
 * Runs one phase of faults after another until the signal aborts, and then removes all fault rules.
 */
export async function injectFaults(
  test: TestCloud,
  random: Random,
  until: AbortSignal,
): Promise<InjectedFaults> {
  const injected: InjectedFaults = { faults_by_kind: {}, reshards: 0 };
  while (!until.aborted) {
    const { rules, milliseconds } = drawPhase(random);
    for (const rule of rules) {
      await test.control('POST', 'faults', { ...rule, seed: random.int(2 ** 31) });
    }
    await Promise.all([
      pause(milliseconds, until),
      random.chance(0.2) ? reshard(test, random, injected) : undefined,
    ]);
    await removeFaults(test, injected);
  }
  return injected;
}

/** Counts the faults that occurred, adds the numbers to the counts, and removes the fault rules. */
async function removeFaults(test: TestCloud, injected: InjectedFaults): Promise<void> {
  const { rules } = (await test.control('GET', 'faults')) as {
    rules: (FaultRule & { hits: number })[];
  };
  for (const { service, kind, after_effect, hits } of rules) {
    const name = `${service} ${kind}${after_effect ? ' after the effect' : ''}`;
    if (hits > 0) injected.faults_by_kind[name] = (injected.faults_by_kind[name] ?? 0) + hits;
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

/**
 * Splits a shard, or merges two adjacent shards. If a fault makes the call fail, the shards stay
 * unchanged.
 */
async function reshard(test: TestCloud, random: Random, injected: InjectedFaults): Promise<void> {
  const { kinesis } = test.clients;
  const StreamName = test.stack.StreamName;
  try {
    const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
    const open = Shards.filter(
      ({ SequenceNumberRange }) => SequenceNumberRange?.EndingSequenceNumber === undefined,
    ).sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1));
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
      const middle = (startOf(shard) + BigInt(shard.HashKeyRange!.EndingHashKey!)) / 2n;
      await kinesis.send(
        new SplitShardCommand({
          StreamName,
          ShardToSplit: shard.ShardId,
          NewStartingHashKey: String(middle),
        }),
      );
    }
    injected.reshards += 1;
  } catch {
    // The call was throttled or failed, or the stream is still resharding. AWS also refuses calls
    // while a stream is resharding.
  }
}

function startOf(shard: {
  HashKeyRange?: { StartingHashKey?: string | undefined } | undefined;
}): bigint {
  return BigInt(shard.HashKeyRange!.StartingHashKey!);
}
