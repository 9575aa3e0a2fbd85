import { setTimeout as sleep } from 'node:timers/promises';
import { isObject, type JsonObject } from '../../gateway/json-protocol.ts';
import { joinRecords } from '../stream-log/join-records.ts';
import type { Position } from '../stream-log/types.ts';
import { findConsumer } from './consumer-actions.ts';
import { inUse } from './errors.ts';
import { encodeEvent, encodeException } from './event-stream.ts';
import { findShard, resolveStart } from './position.ts';
import { describeChildren, measureDelay } from './read-actions.ts';
import { findStream, type KinesisLog } from './stream.ts';
import { invalid } from './validate.ts';

/** Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html */
const LIFE_MS = 5 * 60_000;
const RENEWAL_MS = 5_000;

/** Limits of one event, and the intervals of the pushes. AWS documents no values. */
const LIMITS = { records: 1_000, bytes: 1024 * 1024 };
const IDLE_MS = 50;
const HEARTBEAT_MS = 5_000;

interface Subscription {
  stream: string;
  shard_id: string;
  position: Position;
  started_at: number;
  /** Whether a later call has taken over the subscription. */
  is_replaced: boolean;
}

/** Creates the action SubscribeToShard, which pushes the records of a shard for five minutes. */
export function createSubscribe(log: KinesisLog, now: () => number) {
  const subscriptions = new Map<string, Subscription>();
  /** @returns the messages of the event stream */
  return async (input: JsonObject): Promise<AsyncGenerator<Buffer>> => {
    const stream = findStream(log, input);
    const { arn } = findConsumer(stream, input);
    const shard = findShard(stream, input);
    const { StartingPosition } = input;
    if (!isObject(StartingPosition)) throw invalid('startingPosition', 'not be null');
    const { Type: type, SequenceNumber: sequence_number, Timestamp: timestamp } = StartingPosition;
    const start = { type, sequence_number, timestamp };
    const position = await resolveStart(log, stream, shard, start, now());
    const key = `${arn}/${shard.shard_id}`;
    const previous = subscriptions.get(key);
    if (previous !== undefined && now() - previous.started_at < RENEWAL_MS) {
      throw inUse(
        `The consumer ${arn} subscribed to the shard ${shard.shard_id} within 5 seconds.`,
      );
    }
    if (previous !== undefined) previous.is_replaced = true;
    const place = { stream: stream.id, shard_id: shard.shard_id, position };
    const subscription = { ...place, started_at: now(), is_replaced: false };
    subscriptions.set(key, subscription);
    return push(log, subscription, now);
  };
}

async function* push(
  log: KinesisLog,
  subscription: Subscription,
  now: () => number,
): AsyncGenerator<Buffer> {
  const { stream, shard_id, started_at } = subscription;
  let { position } = subscription;
  let sent_at = 0;
  yield encodeEvent('initial-response', '{}');
  while (now() - started_at < LIFE_MS) {
    if (subscription.is_replaced) {
      yield encodeException('ResourceInUseException', 'Another call took over the subscription.');
      return;
    }
    const page = await log.read(stream, shard_id, position, LIMITS);
    const found = log.find(stream);
    if (page === undefined || found === undefined) {
      yield encodeException('ResourceNotFoundException', `The shard ${shard_id} does not exist.`);
      return;
    }
    position = page.next;
    const is_due = page.records.length > 0 || page.is_end || now() - sent_at >= HEARTBEAT_MS;
    if (is_due) {
      sent_at = now();
      const MillisBehindLatest = measureDelay(page, sent_at);
      const end = page.is_end
        ? { ChildShards: describeChildren(found, shard_id) }
        : { ContinuationSequenceNumber: position.sequence_number };
      const event = joinRecords(page.records, { MillisBehindLatest, ...end });
      yield encodeEvent('SubscribeToShardEvent', event);
    }
    if (page.is_end) return;
    if (!page.has_more) await sleep(IDLE_MS);
  }
}
