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
import { checkPutSizes, computeUsage } from './kinesis/put-limits.ts';
import { resolveTimestamp } from './kinesis/start-at-time.ts';
import { openKinesisStore, readIterator } from './kinesis/store.ts';

export interface KinesisOptions {
  /** Folder of the LevelDB files. Without a folder, all data is in memory only. */
  path?: string;
  /**
   * Returns the current time in epoch milliseconds. The time must agree with the system's clock,
   * because kinesalite uses the system's clock for arrival times.
   */
  now: () => number;
}

type Action = (input: JsonObject) => Promise<JsonObject>;

const json = jsonProtocol('1.1');

/**
 * Emulates Kinesis Data Streams with kinesalite, and adds limits and fields of AWS that kinesalite
 * lacks. The service reports the usage of each put and each read as `records` and `billed_bytes`.
 *
 * @throws {Error} if another process uses the folder
 */
export async function createKinesis({ path, now }: KinesisOptions): Promise<AwsService> {
  const emulator = await openKinesisStore(path);
  const modes = createModes(emulator.store);
  const usages = new WeakMap<AwsReply, Usage>();
  const { run } = emulator;

  const actions: Record<string, Action> = {
    GetRecords: createGetRecords(emulator.store, now),
    GetShardIterator: async (input) =>
      run('GetShardIterator', await resolveTimestamp(emulator.store, input, now())),
    async CreateStream(input) {
      const output = await run('CreateStream', modes.toProvisioned(input));
      await modes.saveMode(input);
      return output;
    },
    async DeleteStream(input) {
      const output = await run('DeleteStream', input);
      await modes.deleteMode(String(input.StreamName));
      return output;
    },
    async DescribeStream(input) {
      const { StreamDescription } = await run('DescribeStream', input);
      return { StreamDescription: await modes.addMode(StreamDescription) };
    },
    async DescribeStreamSummary(input) {
      const { StreamDescriptionSummary } = await run('DescribeStreamSummary', input);
      return { StreamDescriptionSummary: await modes.addMode(StreamDescriptionSummary) };
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
    permissionsOf: listPermissions,
    async handle(call) {
      const input = jsonBody(call);
      if (input === undefined) return createNotJson(call);
      try {
        const named_input = resolveStreamName(input);
        const runAction = actions[call.action] ?? ((given) => run(call.action, given));
        const output = await runAction(named_input);
        const reply = json.reply(output);
        usages.set(reply, readUsage(call.action, named_input, output));
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

/**
 * Adds the name of the stream if the input contains only the ARN of the stream, because kinesalite
 * accepts only a name.
 */
function resolveStreamName(input: JsonObject): JsonObject {
  const { StreamARN, StreamName } = input;
  if (typeof StreamARN !== 'string' || StreamName !== undefined) return input;
  return { ...input, StreamName: StreamARN.slice(StreamARN.indexOf('/') + 1) };
}

function listPermissions(call: AwsCall) {
  const input = resolveStreamName(jsonBody(call) ?? {});
  const stream = input.StreamName ?? readIterator(input.ShardIterator)?.stream;
  const resource =
    typeof stream === 'string' ? `arn:aws:kinesis:${REGION}:${ACCOUNT_ID}:stream/${stream}` : '*';
  return [{ action: `kinesis:${call.action}`, resource }];
}

function readUsage(action: string, input: JsonObject, output: JsonObject): Usage {
  if (action === 'PutRecord') return computeUsage([input]);
  const batch = { PutRecords: input.Records, GetRecords: output.Records }[action];
  return Array.isArray(batch) ? computeUsage(batch.filter(isObject)) : {};
}
