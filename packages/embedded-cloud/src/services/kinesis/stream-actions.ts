import type { JsonObject } from '../../gateway/json-protocol.ts';
import { ACCOUNT_ID } from '../../gateway/types.ts';
import { divideHashes } from '../stream-log/hash-range.ts';
import { inUse } from './errors.ts';
import { LEAST_HOURS } from './settings-actions.ts';
import {
  describe,
  describeShard,
  findStream,
  HOUR_MS,
  isOpen,
  type KinesisLog,
  readMode,
} from './stream.ts';
import { readInteger, readText } from './validate.ts';

/**
 * Number of shards of a new on-demand stream. An on-demand stream starts with a write capacity of 4
 * MB/s, and each shard accepts 1 MB/s.
 * Source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
const ON_DEMAND_SHARDS = 4;
const MOST_SHARDS = 10_000;

/** Creates the actions that create, describe and delete streams. */
export function createStreamActions(log: KinesisLog) {
  return {
    async CreateStream(input: JsonObject) {
      const id = readText(input, 'StreamName');
      const mode = readMode(input);
      const limits = { least: 1, most: MOST_SHARDS };
      const shards =
        mode === 'ON_DEMAND' ? ON_DEMAND_SHARDS : readInteger(input, 'ShardCount', limits);
      if (log.find(id) !== undefined) {
        throw inUse(`Stream ${id} under account ${ACCOUNT_ID} already exists.`);
      }
      const details = { mode, tags: {}, consumers: [], scaled_at: [] };
      const stream = { id, retention_ms: LEAST_HOURS * HOUR_MS, details };
      void (await log.create(stream, divideHashes(shards)));
      return {};
    },
    async DeleteStream(input: JsonObject) {
      const { id, details } = findStream(log, input);
      if (details.consumers.length > 0 && input.EnforceConsumerDeletion !== true) {
        throw inUse(`Stream ${id} has registered consumers. Use EnforceConsumerDeletion.`);
      }
      await log.delete(id);
      return {};
    },
    async DescribeStream(input: JsonObject) {
      const stream = findStream(log, input);
      const limit = readInteger(input, 'Limit', { least: 1, most: 10_000, absent: 100 });
      const start = input.ExclusiveStartShardId;
      const after = stream.shards.filter(
        ({ shard_id }) => typeof start !== 'string' || shard_id > start,
      );
      const page = after.slice(0, Math.min(limit, 100));
      return {
        StreamDescription: {
          ...describe(stream),
          Shards: page.map(describeShard),
          HasMoreShards: after.length > page.length,
        },
      };
    },
    async DescribeStreamSummary(input: JsonObject) {
      const stream = findStream(log, input);
      return {
        StreamDescriptionSummary: {
          ...describe(stream),
          OpenShardCount: stream.shards.filter(isOpen).length,
          ConsumerCount: stream.details.consumers.length,
        },
      };
    },
    async ListStreams(input: JsonObject) {
      const limit = readInteger(input, 'Limit', { least: 1, most: 10_000, absent: 100 });
      const start = input.ExclusiveStartStreamName ?? input.NextToken;
      const after = log
        .streams()
        .filter(({ id }) => typeof start !== 'string' || id > start)
        .sort((one, other) => (one.id < other.id ? -1 : 1));
      const page = after.slice(0, limit);
      const has_more = after.length > page.length;
      return {
        StreamNames: page.map(({ id }) => id),
        StreamSummaries: page.map((stream) => {
          const { RetentionPeriodHours: _, EnhancedMonitoring: __, ...rest } = describe(stream);
          return rest;
        }),
        HasMoreStreams: has_more,
        ...(has_more && { NextToken: page.at(-1)?.id }),
      };
    },
  };
}
