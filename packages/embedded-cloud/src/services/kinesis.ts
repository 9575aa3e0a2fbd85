import {
  isObject,
  type JsonObject,
  jsonBody,
  jsonProtocol,
  targetAction,
} from '../gateway/json-protocol.ts';
import { EmulatedError } from '../gateway/level-emulator.ts';
import {
  ACCOUNT_ID,
  type AwsCall,
  type AwsReply,
  type AwsService,
  REGION,
  type Usage,
} from '../gateway/types.ts';
import { createGetRecords } from './kinesis/get-records.ts';
import { createModes } from './kinesis/modes.ts';
import { checkPutSizes, recordUsage } from './kinesis/put-limits.ts';
import { startAtTime } from './kinesis/start-at-time.ts';
import { openKinesisStore, readIterator } from './kinesis/store.ts';

export interface KinesisOptions {
  /** A folder for LevelDB; absent: everything is gone with the process. */
  path?: string;
  /** Epoch ms. kinesalite stamps arrivals with the system's clock: leave the two alike. */
  now: () => number;
}

type Action = (input: JsonObject) => Promise<JsonObject>;

const json = jsonProtocol('1.1');

/**
 * Kinesis Data Streams: kinesalite, with today's limits and fields put in front. Usage: `records` and
 * `billed_bytes` of puts and reads.
 *
 * @throws {Error} where another process holds the folder.
 */
export async function createKinesis({ path, now }: KinesisOptions): Promise<AwsService> {
  const emulator = await openKinesisStore(path);
  const modes = createModes(emulator.store);
  const usages = new WeakMap<AwsReply, Usage>();
  const { run } = emulator;

  const actions: Record<string, Action> = {
    GetRecords: createGetRecords(emulator.store, now),
    GetShardIterator: async (input) =>
      run('GetShardIterator', await startAtTime(emulator.store, input, now())),
    async CreateStream(input) {
      const output = await run('CreateStream', modes.provisioned(input));
      await modes.created(input);
      return output;
    },
    async DeleteStream(input) {
      const output = await run('DeleteStream', input);
      await modes.deleted(String(input.StreamName));
      return output;
    },
    async DescribeStream(input) {
      const { StreamDescription } = await run('DescribeStream', input);
      return { StreamDescription: await modes.described(StreamDescription) };
    },
    async DescribeStreamSummary(input) {
      const { StreamDescriptionSummary } = await run('DescribeStreamSummary', input);
      return { StreamDescriptionSummary: await modes.described(StreamDescriptionSummary) };
    },
    async PutRecord(input) {
      checkPutSizes([input]);
      return run('PutRecord', input);
    },
    async PutRecords(input) {
      if (Array.isArray(input.Records)) checkPutSizes(input.Records);
      return run('PutRecords', input);
    },
  };

  return {
    service: 'kinesis',
    actionOf: ({ headers }) => targetAction(headers),
    permissionsOf,
    async handle(call) {
      const input = jsonBody(call);
      if (input === undefined) return notJson(call);
      try {
        const named = withStreamName(input);
        const act = actions[call.action] ?? ((given) => run(call.action, given));
        const output = await act(named);
        const reply = json.reply(output);
        usages.set(reply, usageOf(call.action, named, output));
        return reply;
      } catch (error) {
        if (error instanceof EmulatedError) return json.reply(error.body, error.status);
        throw error;
      }
    },
    usageOf: (_call, reply) => usages.get(reply) ?? {},
    errorReply: json.error,
    close: emulator.close,
  };
}

/** Java clients send CBOR unless told otherwise. */
function notJson({ headers }: AwsCall): AwsReply {
  const message = headers['content-type']?.includes('cbor')
    ? 'The embedded Kinesis reads JSON: set AWS_CBOR_DISABLE=true (aws.cborEnabled=false) in the client.'
    : 'The body is no JSON object.';
  return json.error(400, 'SerializationException', message);
}

/** Streams may be named by ARN; kinesalite knows names only. */
function withStreamName(input: JsonObject): JsonObject {
  const { StreamARN, StreamName } = input;
  if (typeof StreamARN !== 'string' || StreamName !== undefined) return input;
  return { ...input, StreamName: StreamARN.slice(StreamARN.indexOf('/') + 1) };
}

function permissionsOf(call: AwsCall) {
  const input = withStreamName(jsonBody(call) ?? {});
  const stream = input.StreamName ?? readIterator(input.ShardIterator)?.stream;
  const resource =
    typeof stream === 'string' ? `arn:aws:kinesis:${REGION}:${ACCOUNT_ID}:stream/${stream}` : '*';
  return [{ action: `kinesis:${call.action}`, resource }];
}

function usageOf(action: string, input: JsonObject, output: JsonObject): Usage {
  if (action === 'PutRecord') return recordUsage([input]);
  const batch = { PutRecords: input.Records, GetRecords: output.Records }[action];
  return Array.isArray(batch) ? recordUsage(batch.filter(isObject)) : {};
}
