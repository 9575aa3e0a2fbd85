import { join } from 'node:path';
import {
  ACCOUNT_ID,
  type AwsCall,
  type AwsReply,
  type AwsService,
  type Permission,
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
import { description, listing, streamArn } from './describe.ts';
import { leftJournals } from './journal.ts';
import { type Random, randomUuid, recordId } from './random-names.ts';
import { errorReply, FirehoseError, manyRecords, oneRecord } from './records.ts';

export interface Firehose extends AwsService {
  /**
   * Makes a Direct PUT delivery stream, and delivers what an earlier process had accepted for it.
   * @throws {Error} for a configuration that Firehose would refuse or the stand-in does not play
   */
  createDeliveryStream(config: {
    name: string;
    destination: DestinationConfiguration;
  }): Promise<void>;
  /** Delivers every buffer now. @returns how many objects S3 did not take: they are kept and tried again */
  flush(): Promise<{ waiting: number }>;
}

interface Running {
  stream: DeliveryStream;
  created_at: number;
  buffer: RecordBuffer;
  delivery: Delivery;
}
type Action = (body: Record<string, unknown>) => Promise<unknown>;

/**
 * Amazon Data Firehose: Direct PUT to S3. A record is in a journal below `dataDir` before its put is answered, and
 * leaves it once it is on S3: at least once, as Firehose promises.
 * @param deps.now epoch ms
 */
export function createFirehose(deps: {
  dataDir: string;
  now: () => number;
  putObject: PutObject;
  random: Random;
}): Firehose {
  const streams = new Map<string, Running>();
  const flush = async () => {
    const left = await Promise.all(
      [...streams.values()].map(async ({ buffer, delivery }) => {
        await buffer.seal();
        return delivery.attempt();
      }),
    );
    return { waiting: left.reduce((sum, count) => sum + count, 0) };
  };

  return {
    service: 'firehose',
    actionOf: ({ headers }) => targetAction(headers),
    permissionsOf,
    handle: (call) => answer(actionsOf(streams, deps.random), call),
    usageOf,
    errorReply: jsonError,
    async createDeliveryStream({ name, destination }) {
      const stream = readConfiguration(name, destination);
      const folder = join(deps.dataDir, name);
      const delivery = createDelivery(stream, deps.putObject);
      const { size_bytes, interval_ms } = stream;
      const newId = () => randomUuid(deps.random);
      const buffer = createBuffer({
        folder,
        size_bytes,
        interval_ms,
        now: deps.now,
        newId,
        onSealed: delivery.add,
      });
      for (const journal of await leftJournals(folder)) delivery.add(journal);
      streams.set(name, { stream, created_at: deps.now(), buffer, delivery });
    },
    flush,
    async close() {
      for (const { delivery } of streams.values()) delivery.stop();
      await flush();
    },
  };
}

function actionsOf(streams: Map<string, Running>, random: Random): Record<string, Action> {
  const find = (body: Record<string, unknown>): Running => {
    const name = String(body.DeliveryStreamName ?? '');
    const running = streams.get(name);
    if (running !== undefined) return running;
    const message = `Firehose ${name} under account ${ACCOUNT_ID} not found.`;
    throw new FirehoseError('ResourceNotFoundException', message);
  };
  return {
    async PutRecord(body) {
      const records = oneRecord(body);
      await accept(find(body), records);
      return { RecordId: recordId(random), Encrypted: false };
    },
    async PutRecordBatch(body) {
      const records = manyRecords(body);
      await accept(find(body), records);
      const RequestResponses = records.map(() => ({ RecordId: recordId(random) }));
      return { FailedPutCount: 0, Encrypted: false, RequestResponses };
    },
    async DescribeDeliveryStream(body) {
      const { stream, created_at } = find(body);
      return description(stream, created_at);
    },
    ListDeliveryStreams: async (body) => listing([...streams.keys()], body),
  };
}

async function accept({ buffer }: Running, records: Buffer[]): Promise<void> {
  await buffer.add(records).catch(() => {
    throw new FirehoseError('ServiceUnavailableException', 'Slow down.');
  });
}

async function answer(actions: Record<string, Action>, call: AwsCall): Promise<AwsReply> {
  const action = actions[call.action];
  const body = jsonBody(call.body);
  if (action === undefined) return jsonError(400, 'UnknownOperationException', 'Unknown operation');
  if (body === undefined) return jsonError(400, 'SerializationException', 'The body is not JSON');
  try {
    return jsonReply(200, await action(body));
  } catch (error) {
    if (error instanceof FirehoseError) return errorReply(error);
    return jsonError(500, 'InternalFailure', 'Internal failure');
  }
}

function permissionsOf(call: AwsCall): Permission[] {
  const name = jsonBody(call.body)?.DeliveryStreamName;
  const resource = call.action === 'ListDeliveryStreams' ? '*' : streamArn(String(name ?? ''));
  return [{ action: `firehose:${call.action}`, resource }];
}

/** Each record is billed in steps of 5 KB: https://aws.amazon.com/firehose/pricing/ */
const BILLED_STEP_BYTES = 5 * 1_024;

function usageOf(call: AwsCall, reply: AwsReply): Usage {
  if (reply.status !== 200 || !call.action.startsWith('PutRecord')) return {};
  const body = jsonBody(call.body) ?? {};
  const records = call.action === 'PutRecord' ? [body.Record] : (body.Records as unknown[]);
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
