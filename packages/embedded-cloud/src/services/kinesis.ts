import { rethrowDiskFull } from '../full-disk.ts';
import { type JsonObject, jsonBody, jsonProtocol, targetAction } from '../gateway/json-protocol.ts';
import { EmulatedError, emulatedError } from '../gateway/level-emulator.ts';
import type { AwsCall, AwsReply, AwsService, Usage } from '../gateway/types.ts';
import { createConsumerActions } from './kinesis/consumer-actions.ts';
import { decodeIterator } from './kinesis/iterator.ts';
import { kinesisNumbering } from './kinesis/numbering.ts';
import { createPutActions } from './kinesis/put-actions.ts';
import { computeUsage, computeUsageOfSizes } from './kinesis/put-limits.ts';
import { createReadActions } from './kinesis/read-actions.ts';
import { createScaleActions } from './kinesis/scale-actions.ts';
import { createSettingsActions } from './kinesis/settings-actions.ts';
import { createShardActions } from './kinesis/shard-actions.ts';
import { buildStreamArn, type KinesisStream, readStreamName } from './kinesis/stream.ts';
import { createStreamActions } from './kinesis/stream-actions.ts';
import { createSubscribe } from './kinesis/subscribe.ts';
import { createTagActions } from './kinesis/tag-actions.ts';
import { createShardLimits, createUnlimited } from './kinesis/throughput.ts';
import { openKeyValueStore } from './stream-log/key-value.ts';
import { openStreamLog } from './stream-log/stream-log.ts';

export interface KinesisOptions {
  /** Folder of the LevelDB files. Without a folder, all data is in memory only. */
  path?: string;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
  /**
   * With `shard-limits`, a shard takes 1 MiB and 1,000 records a second, and serves 2 MiB and 5
   * reads a second. The default is `unlimited`.
   */
  throughput?: 'unlimited' | 'shard-limits';
}

export interface KinesisService extends AwsService {
  /**
   * Returns a text that differs after GetRecords would return more of a shard. Undefined if there is no
   * such shard, or if each read counts, because the throughput of shards is limited.
   */
  endOf(stream_name: string, shard_id: string): string | undefined;
}

type Action = (input: JsonObject) => Promise<JsonObject>;

const TRIM_EVERY_MS = 60_000;

const json = jsonProtocol('1.1');

/**
 * Emulates Kinesis Data Streams. The service reports the usage of each put and each read as
 * `records` and `billed_bytes`.
 *
 * @throws {Error} if another process uses the folder
 */
export async function createKinesis(options: KinesisOptions): Promise<KinesisService> {
  const { path, now } = options;
  const store = await openKeyValueStore(path);
  const log = await openStreamLog<KinesisStream>({ store, numbering: kinesisNumbering, now });
  const throughput =
    options.throughput === 'shard-limits' ? createShardLimits(now) : createUnlimited();
  const { GetRecords, ...reads } = createReadActions(log, throughput, now);
  const subscribe = createSubscribe(log, now);
  const actions: Record<string, Action> = {
    ...createStreamActions(log),
    ...createSettingsActions(log),
    ...createShardActions(log),
    ...createScaleActions(log, now),
    ...createTagActions(log),
    ...createConsumerActions(log, now),
    ...createPutActions(log, throughput.limitPuts),
    ...reads,
  };
  const usages = new WeakMap<AwsReply, Usage>();
  const answer = async (action: string, input: JsonObject): Promise<AwsReply> => {
    if (action === 'SubscribeToShard') return streamReply(await subscribe(input));
    if (action === 'GetRecords') {
      const { body, records } = await GetRecords(input);
      const reply = json.text(body);
      usages.set(reply, computeUsageOfSizes(records.map(({ bytes }) => bytes)));
      return reply;
    }
    const act = actions[action];
    if (act === undefined) throw emulatedError('UnknownOperationException', '');
    const reply = json.reply(await act(input));
    const put = { PutRecord: [input], PutRecords: input.Records }[action];
    if (Array.isArray(put)) usages.set(reply, computeUsage(put));
    return reply;
  };
  // A failed run is not reported, because the next run tries the same deletions again.
  const timer = setInterval(() => {
    log.trim().catch(rethrowDiskFull);
  }, TRIM_EVERY_MS);
  timer.unref();

  return {
    service: 'kinesis',
    actionOf: ({ headers }) => targetAction(headers),
    permissionsOf: listPermissions,
    async handle(call) {
      const input = jsonBody(call);
      if (input === undefined) return createNotJson(call);
      try {
        return await answer(call.action, input);
      } catch (error) {
        if (error instanceof EmulatedError) return json.reply(error.body, error.status);
        throw error;
      }
    },
    usageOf: (_call, reply) => usages.get(reply) ?? {},
    errorReply: json.error,
    endOf: (stream_name, shard_id) =>
      options.throughput === 'shard-limits' ? undefined : log.endOf(stream_name, shard_id),
    async close() {
      clearInterval(timer);
      await log.waitUntilIdle();
      await store.close();
    },
  };
}

function streamReply(stream: AsyncIterable<Uint8Array>): AwsReply {
  const headers = { 'content-type': 'application/vnd.amazon.eventstream' };
  return { status: 200, headers, body: '', stream };
}

/**
 * Creates the error reply to a body that is not a JSON object. The message mentions CBOR if the
 * client sent CBOR, because Java clients send CBOR by default.
 */
function createNotJson({ headers }: AwsCall): AwsReply {
  const message = headers['content-type']?.includes('cbor')
    ? 'The embedded Kinesis accepts JSON, not CBOR: set AWS_CBOR_DISABLE=true (aws.cborEnabled=false) in the client.'
    : 'The request body is not a JSON object.';
  return json.error(400, 'SerializationException', message);
}

/** A call of a consumer needs a permission for the consumer, and other calls for the stream. */
function listPermissions(call: AwsCall) {
  const input = jsonBody(call) ?? {};
  const stream = readStreamName(input) ?? decodeIterator(input.ShardIterator)?.stream;
  const arn = typeof stream === 'string' ? buildStreamArn(stream) : '*';
  const { ConsumerARN } = input;
  const resource = typeof ConsumerARN === 'string' ? ConsumerARN : arn;
  return [{ action: `kinesis:${call.action}`, resource }];
}
