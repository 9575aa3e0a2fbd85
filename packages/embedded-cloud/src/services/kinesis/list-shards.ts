import { isObject } from '../../gateway/json-protocol.ts';
import type { LogShard } from '../stream-log/types.ts';
import { invalidArgument } from './errors.ts';
import { isOpen, type LoggedStream } from './stream.ts';

/**
 * Selects shards as the ShardFilter of ListShards does. All listed shards end within the retention
 * period, because the others are deleted.
 * Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html
 */
export function filterShards({ shards }: LoggedStream, filter: unknown): LogShard[] {
  if (!isObject(filter)) return shards;
  const time = Number(filter.Timestamp) * 1000;
  const endsAfter = ({ closed }: LogShard) => closed === undefined || closed.at >= time;
  switch (filter.Type) {
    case 'AT_LATEST':
      return shards.filter(isOpen);
    case 'FROM_TRIM_HORIZON':
      return shards;
    case 'AT_TRIM_HORIZON':
      return shards.filter(({ parents }) => !shards.some((one) => parents.includes(one.shard_id)));
    case 'AFTER_SHARD_ID':
      return shards.filter(({ shard_id }) => shard_id > String(filter.ShardId));
    case 'FROM_TIMESTAMP':
      return shards.filter(endsAfter);
    case 'AT_TIMESTAMP':
      return shards.filter((shard) => shard.created_at <= time && endsAfter(shard));
    default:
      throw invalidArgument('The type of the ShardFilter is unknown.');
  }
}
