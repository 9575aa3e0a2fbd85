import { ListShardsCommand, MergeShardsCommand, SplitShardCommand } from '@aws-sdk/client-kinesis';
import type { TestCloud } from '../support/cloud.ts';
import type { Random } from '../support/random.ts';

/**
 * Splits a shard, or merges two adjacent shards. If a fault makes the call fail, the shards stay
 * unchanged.
 *
 * @returns true if Kinesis accepted the call.
 */
export async function reshard(test: TestCloud, random: Random): Promise<boolean> {
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
    return true;
  } catch {
    // The call was throttled or failed, or the stream is still resharding. AWS also refuses calls
    // while a stream is resharding.
    return false;
  }
}

function startOf(shard: {
  HashKeyRange?: { StartingHashKey?: string | undefined } | undefined;
}): bigint {
  return BigInt(shard.HashKeyRange!.StartingHashKey!);
}
