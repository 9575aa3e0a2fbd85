import { join } from 'node:path';
import { rethrowDiskFull } from '../../full-disk.ts';
import {
  ACCOUNT_ID,
  type AwsCall,
  type AwsReply,
  type AwsService,
  type Permission,
  REGION,
  type Usage,
} from '../../gateway/types.ts';
import { jsonBody, jsonError, jsonReply, targetAction } from '../wire.ts';
import { createBuffer, type RecordBuffer } from './buffer.ts';
import {
  type DeliveryStream,
  type DestinationConfiguration,
  readConfiguration,
} from './configuration.ts';
import { createDelivery, type Delivery, type PutObject } from './delivery.ts';
import { buildStreamArn, describeDeliveryStream, listDeliveryStreams } from './describe.ts';
import { findJournals } from './journal.ts';
import { createStreamLimit, type StreamLimit } from './quota.ts';
import { createRecordId, createUuid, type Random } from './random-names.ts';
import { createErrorReply, FirehoseError, readRecord, readRecords } from './records.ts';

export interface Firehose extends AwsService {
  /**
   * Creates a Direct PUT delivery stream. The method also delivers the records that an earlier
   * process accepted for the stream.
   *
   * @throws {Error} if Firehose would refuse the configuration, or if the configuration is not
   * emulated
   */
  createDeliveryStream(config: {
    name: string;
    destination: DestinationConfiguration;
  }): Promise<void>;
  /**
   * Delivers the records in all buffers.
   *
   * @returns the number of objects that were not written to S3 and will be retried
   */
  flush(): Promise<{ waiting: number }>;
}

interface RunningStream {
  stream: DeliveryStream;
  limit: StreamLimit;
  created_at: number;
  buffer: RecordBuffer;
  delivery: Delivery;
}
type Action = (body: Record<string, unknown>) => Promise<unknown>;

/**
 * Emulates Amazon Data Firehose with Direct PUT to S3. An accepted record is stored in a journal
 * below `dataDir` until the record is on S3. Each record is therefore delivered at least once, even
 * after a crash.
 *
 * @param deps.now returns the current time in epoch milliseconds
 */
export function createFirehose(deps: {
  dataDir: string;
  now: () => number;
  putObject: PutObject;
  random: Random;
  /** The region whose quotas apply. Default: the region of the embedded cloud. */
  region?: string;
}): Firehose {
  const streams = new Map<string, RunningStream>();
  const flush = async () => {
    const waiting = await Promise.all(
      [...streams.values()].map(async ({ buffer, delivery }) => {
        await buffer.seal();
        return delivery.attempt();
      }),
    );
    return { waiting: waiting.reduce((sum, count) => sum + count, 0) };
  };

  return {
    service: 'firehose',
    actionOf: ({ headers }) => targetAction(headers),
    permissionsOf: listPermissions,
    handle: (call) => handleCall(createActions(streams, deps.random), call),
    usageOf: readUsage,
    errorReply: jsonError,
    async createDeliveryStream({ name, destination }) {
      const stream = readConfiguration(name, destination);
      const folder = join(deps.dataDir, name);
      const delivery = createDelivery(stream, deps.putObject);
      const { size_bytes, interval_ms } = stream;
      const newId = () => createUuid(deps.random);
      const buffer = createBuffer({
        folder,
        size_bytes,
        interval_ms,
        now: deps.now,
        newId,
        onSealed: delivery.add,
      });
      for (const journal of await findJournals(folder)) delivery.add(journal);
      const limit = createStreamLimit({ region: deps.region ?? REGION, now: deps.now });
      streams.set(name, { stream, limit, created_at: deps.now(), buffer, delivery });
    },
    flush,
    async close() {
      for (const { delivery } of streams.values()) delivery.stop();
      void (await flush());
    },
  };
}

function createActions(
  streams: Map<string, RunningStream>,
  random: Random,
): Record<string, Action> {
  const findStream = (body: Record<string, unknown>): RunningStream => {
    const name = String(body.DeliveryStreamName ?? '');
    const running = streams.get(name);
    if (running !== undefined) return running;
    const message = `Firehose ${name} under account ${ACCOUNT_ID} not found.`;
    throw new FirehoseError('ResourceNotFoundException', message);
  };
  return {
    async PutRecord(body) {
      void (await acceptRecords(findStream(body), readRecord(body)));
      return { RecordId: createRecordId(random), Encrypted: false };
    },
    async PutRecordBatch(body) {
      const accepted = await acceptRecords(findStream(body), readRecords(body));
      const RequestResponses = accepted.map((is_accepted) =>
        is_accepted ? { RecordId: createRecordId(random) } : SLOW_DOWN_ENTRY,
      );
      const FailedPutCount = accepted.filter((is_accepted) => !is_accepted).length;
      return { FailedPutCount, Encrypted: false, RequestResponses };
    },
    async DescribeDeliveryStream(body) {
      const { stream, created_at } = findStream(body);
      return describeDeliveryStream(stream, created_at);
    },
    ListDeliveryStreams: async (body) => listDeliveryStreams([...streams.keys()], body),
  };
}

const SLOW_DOWN = 'Slow down.';
const SLOW_DOWN_ENTRY = { ErrorCode: 'ServiceUnavailableException', ErrorMessage: SLOW_DOWN };

/**
 * Adds the records to the buffer as far as the stream's quota has room.
 *
 * @returns for each record whether it was added
 * @throws {FirehoseError} ServiceUnavailableException if no record was added
 */
async function acceptRecords(
  { buffer, limit }: RunningStream,
  records: Buffer[],
): Promise<boolean[]> {
  const accepted = limit.admit(records);
  if (accepted === undefined) throw new FirehoseError('ServiceUnavailableException', SLOW_DOWN);
  await buffer.add(records.filter((_, i) => accepted[i])).catch((error: unknown) => {
    rethrowDiskFull(error);
    throw new FirehoseError('ServiceUnavailableException', SLOW_DOWN);
  });
  return accepted;
}

async function handleCall(actions: Record<string, Action>, call: AwsCall): Promise<AwsReply> {
  const action = actions[call.action];
  const body = jsonBody(call.body);
  if (action === undefined)
    return jsonError(
      400,
      'UnknownOperationException',
      `${call.action} is not emulated by the embedded Firehose`,
    );
  if (body === undefined)
    return jsonError(400, 'SerializationException', 'The request body is not a JSON object');
  try {
    return jsonReply(200, await action(body));
  } catch (error) {
    rethrowDiskFull(error);
    if (error instanceof FirehoseError) return createErrorReply(error);
    return jsonError(500, 'InternalFailure', 'Internal failure');
  }
}

function listPermissions(call: AwsCall): Permission[] {
  const name = jsonBody(call.body)?.DeliveryStreamName;
  const resource = call.action === 'ListDeliveryStreams' ? '*' : buildStreamArn(String(name ?? ''));
  return [{ action: `firehose:${call.action}`, resource }];
}

/**
 * Unit of billing, in bytes. The size of each record is rounded up to a multiple of 5 KB.
 * Source: https://aws.amazon.com/firehose/pricing/
 */
const BILLED_STEP_BYTES = 5 * 1_024;

/** Returns for each record of a batch whether it was accepted, or undefined if all were. */
function readAccepted({ body }: AwsReply): boolean[] | undefined {
  const answer = (jsonBody(Buffer.from(body)) ?? {}) as {
    FailedPutCount?: number;
    RequestResponses?: { RecordId?: string }[];
  };
  if (!answer.FailedPutCount) return undefined;
  return answer.RequestResponses?.map(({ RecordId }) => RecordId !== undefined);
}

function readUsage(call: AwsCall, reply: AwsReply): Usage {
  if (reply.status !== 200 || !call.action.startsWith('PutRecord')) return {};
  const body = jsonBody(call.body) ?? {};
  const all = call.action === 'PutRecord' ? [body.Record] : (body.Records as unknown[]);
  const accepted = readAccepted(reply);
  const records = all.filter((_, i) => accepted?.[i] ?? true);
  const sizes = records.map((record) =>
    Buffer.byteLength((record as { Data: string }).Data, 'base64'),
  );
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return {
    records: sizes.length,
    bytes: sum(sizes),
    billed_bytes: sum(sizes.map((size) => Math.ceil(size / BILLED_STEP_BYTES) * BILLED_STEP_BYTES)),
  };
}
