import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  DescribeDeliveryStreamCommand,
  FirehoseClient,
  ListDeliveryStreamsCommand,
  PutRecordBatchCommand,
  PutRecordCommand,
} from '@aws-sdk/client-firehose';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { clientConfig, type ServedService, serveService } from '../../src/gateway/serve-service.ts';
import { createFirehose, type Firehose } from '../../src/services/firehose/firehose.ts';
import { WAIT } from '../support/wait.ts';

const NOW = Date.UTC(2026, 10, 3, 4, 5, 6);
const DeliveryStreamName = 'lake';
const DESTINATION = {
  BucketARN: 'arn:aws:s3:::lake-bucket',
  RoleARN: 'arn:aws:iam::000000000000:role/delivery',
  Prefix:
    'results/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/',
  BufferingHints: { IntervalInSeconds: '900', SizeInMBs: 1 },
  CompressionFormat: 'GZIP' as const,
  ProcessingConfiguration: {
    Enabled: true,
    Processors: [
      {
        Type: 'AppendDelimiterToRecord' as const,
        Parameters: [{ ParameterName: 'Delimiter', ParameterValue: '\\n' }],
      },
    ],
  },
};

interface Put {
  bucket: string;
  key: string;
  body: Buffer;
  role_arn: string;
}

let dataDir: string;
let puts: Put[];
/** The fake S3 refuses this number of puts before it accepts a put */
let refusals: number;
let now: number;
let firehose: Firehose;
let served: ServedService;
let client: FirehoseClient;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'firehose-'));
  puts = [];
  refusals = 0;
  now = NOW;
  firehose = start();
  await firehose.createDeliveryStream({ name: DeliveryStreamName, destination: DESTINATION });
  served = await serveService(firehose);
  client = new FirehoseClient({ ...clientConfig(served.endpoint), maxAttempts: 1 });
});
afterEach(async () => {
  client.destroy();
  await served.close();
  await rm(dataDir, { recursive: true });
});

function start(region?: string): Firehose {
  return createFirehose({
    dataDir,
    ...(region === undefined ? {} : { region }),
    now: () => now,
    random: Math.random,
    async putObject(bucket, key, body, _headers, role_arn) {
      if (refusals-- > 0) throw new Error('SlowDown');
      puts.push({ bucket, key, body, role_arn });
    },
  });
}
const put = (text: string | Buffer) =>
  client.send(new PutRecordCommand({ DeliveryStreamName, Record: { Data: Buffer.from(text) } }));
const putBatch = (datas: Buffer[]) =>
  client.send(
    new PutRecordBatchCommand({ DeliveryStreamName, Records: datas.map((Data) => ({ Data })) }),
  );
const readDelivered = () => puts.map(({ body }) => gunzipSync(body).toString());

it("a delivery writes gzipped records with delimiters to the stream's prefix and with its role", async () => {
  await put('one');
  now += 3_600_000;
  await putBatch([Buffer.from('two'), Buffer.from('drei ü')]);
  expect(await firehose.flush()).toEqual({ waiting: 0 });
  expect(readDelivered()).toEqual(['one\ntwo\ndrei ü\n']);
  expect(puts[0]).toMatchObject({
    bucket: 'lake-bucket',
    role_arn: 'arn:aws:iam::000000000000:role/delivery',
    key: expect.stringMatching(
      /^results\/year=2026\/month=11\/day=03\/hour=04\/lake-1-2026-11-03-04-05-06-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.gz$/,
    ),
  });
  expect(await readdir(join(dataDir, DeliveryStreamName))).toEqual([]);
});

it('a full buffer is delivered automatically', async () => {
  await putBatch([Buffer.alloc(600_000, 'a'), Buffer.alloc(600_000, 'b')]);
  await put('next buffer');
  await vi.waitFor(() => expect(puts).toHaveLength(1), WAIT);
  expect(gunzipSync(puts[0]!.body)).toHaveLength(1_200_002);
});

it('a buffer is delivered automatically after the interval, which may be 0 s', async () => {
  await firehose.createDeliveryStream({
    name: 'quick',
    destination: { ...DESTINATION, BufferingHints: { IntervalInSeconds: 0 } },
  });
  const Record = { Data: Buffer.from('now') };
  await client.send(new PutRecordCommand({ DeliveryStreamName: 'quick', Record }));
  await vi.waitFor(() => expect(readDelivered()).toEqual(['now\n']), WAIT);
});

it('a delivery is retried until S3 accepts it, and no record is lost', async () => {
  refusals = 3;
  await put('held');
  expect(await firehose.flush()).toEqual({ waiting: 1 });
  await put('later');
  await vi.waitFor(() => expect(readDelivered()).toContain('held\n'), WAIT);
  expect(await firehose.flush()).toEqual({ waiting: 0 });
  expect(readDelivered().sort()).toEqual(['held\n', 'later\n']);
});

it('records that a process accepted are delivered by the next process', async () => {
  await put('accepted');
  await putBatch([Buffer.from('before'), Buffer.from('the crash')]);
  // The first process is not closed, because the test simulates a crash. The second process can
  // read the records only from the files in `dataDir`.
  const next = start();
  await next.createDeliveryStream({ name: DeliveryStreamName, destination: DESTINATION });
  await vi.waitFor(() => expect(readDelivered()).toEqual(['accepted\nbefore\nthe crash\n']), WAIT);
  await next.close();
});

it('closing delivers the buffers and keeps refused objects for the next start', async () => {
  await put('kept');
  refusals = 1;
  await firehose.close();
  expect(puts).toEqual([]);
  const next = start();
  await next.createDeliveryStream({ name: DeliveryStreamName, destination: DESTINATION });
  await next.close();
  expect(readDelivered()).toEqual(['kept\n']);
});

it('a delivery without a configured prefix has the default prefix and no extension or delimiter', async () => {
  const { BucketARN, RoleARN } = DESTINATION;
  await firehose.createDeliveryStream({ name: 'plain', destination: { BucketARN, RoleARN } });
  const Records = [{ Data: Buffer.from('a') }, { Data: Buffer.from('b') }];
  await client.send(new PutRecordBatchCommand({ DeliveryStreamName: 'plain', Records }));
  await firehose.flush();
  expect(puts[0]!.body.toString()).toBe('ab');
  expect(puts[0]!.key).toMatch(/^2026\/11\/03\/04\/plain-1-2026-11-03-04-05-06-[0-9a-f-]{36}$/);
});

it('PutRecordBatch accepts 500 records and returns an id for each', async () => {
  const { FailedPutCount, RequestResponses } = await putBatch(
    Array.from({ length: 500 }, (_, i) => Buffer.from(`${i}`)),
  );
  expect(FailedPutCount).toBe(0);
  expect(new Set(RequestResponses?.map(({ RecordId }) => RecordId)).size).toBe(500);
  await firehose.flush();
  expect(readDelivered()[0]!.split('\n')).toHaveLength(501);
});

it.each([0, 501])('PutRecordBatch refuses %i records', async (count) => {
  await expect(putBatch(Array(count).fill(Buffer.from('a')))).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringMatching(/at 'records' failed.*length (greater|less) than or equal to/),
  });
});

it('a record may have 1,000 KiB and not one byte more, alone or in a batch', async () => {
  const largest = Buffer.alloc(1_024_000);
  await put(largest);
  const larger = Buffer.alloc(1_024_001);
  const refusal = (at: string) => ({
    name: 'ValidationException',
    message: `1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=1024001 cap=1024001]' at '${at}.data' failed to satisfy constraint: Member must have length less than or equal to 1024000`,
  });
  await expect(put(larger)).rejects.toMatchObject(refusal('record'));
  await expect(putBatch([largest, larger])).rejects.toMatchObject(refusal('records.2.member'));
});

it('a batch may have 4 MiB and not one byte more', async () => {
  const mib = Array.from({ length: 8 }, () => Buffer.alloc(512 * 1_024));
  await putBatch(mib);
  await expect(putBatch([...mib, Buffer.alloc(1)])).rejects.toMatchObject({
    name: 'InvalidArgumentException',
    message: 'Records size exceeds 4 MB limit',
  });
  await firehose.flush();
  expect(gunzipSync(puts[0]!.body)).toHaveLength(4 * 1_024 ** 2 + 8);
});

it('a missing delivery stream is refused by name', async () => {
  const command = new PutRecordCommand({
    DeliveryStreamName: 'none',
    Record: { Data: Buffer.from('a') },
  });
  await expect(client.send(command)).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Firehose none under account 000000000000 not found.',
  });
});

it('DescribeDeliveryStream and ListDeliveryStreams return the streams', async () => {
  const described = await client.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName }));
  expect(described.DeliveryStreamDescription).toMatchObject({
    DeliveryStreamName,
    DeliveryStreamARN: 'arn:aws:firehose:us-east-1:000000000000:deliverystream/lake',
    DeliveryStreamStatus: 'ACTIVE',
    CreateTimestamp: new Date(NOW),
    Destinations: [
      {
        ExtendedS3DestinationDescription: {
          BufferingHints: { IntervalInSeconds: 900, SizeInMBs: 1 },
        },
      },
    ],
  });
  const listed = await client.send(new ListDeliveryStreamsCommand({}));
  expect(listed).toMatchObject({ DeliveryStreamNames: ['lake'], HasMoreDeliveryStreams: false });
});

it('the usage contains records, bytes, and billed bytes with each record rounded up to 5 KB', async () => {
  await putBatch([Buffer.alloc(1), Buffer.alloc(5_120), Buffer.alloc(5_121)]);
  const call = served.calls.at(-1)!;
  const usage = firehose.usageOf!(call, { status: 200, headers: {}, body: '' });
  expect(usage).toEqual({ records: 3, bytes: 10_242, billed_bytes: 20_480 });
  expect(firehose.usageOf!(call, { status: 400, headers: {}, body: '' })).toEqual({});
});

it('a call needs the IAM permission for its action on the stream', async () => {
  await put('a');
  expect(firehose.permissionsOf(served.calls.at(-1)!)).toEqual([
    {
      action: 'firehose:PutRecord',
      resource: 'arn:aws:firehose:us-east-1:000000000000:deliverystream/lake',
    },
  ]);
});

const KIB = 1024;
/** Puts batches at the same moment until a record is refused, and returns the accepted bytes. */
async function countBytesUntilRefusal(): Promise<number> {
  let accepted = 0;
  for (;;) {
    const { FailedPutCount, RequestResponses } = await putBatch(
      Array.from({ length: 4 }, () => Buffer.alloc(200 * KIB)),
    );
    accepted += RequestResponses!.filter(({ RecordId }) => RecordId !== undefined).length;
    if (FailedPutCount === 0) continue;
    const refused = RequestResponses!.find(({ ErrorCode }) => ErrorCode !== undefined);
    expect(refused).toEqual({
      ErrorCode: 'ServiceUnavailableException',
      ErrorMessage: 'Slow down.',
    });
    return accepted * 200 * KIB;
  }
}

// https://docs.aws.amazon.com/firehose/latest/dev/limits.html
it('a stream of us-east-1 takes 5 MiB a second, refuses the records beyond that one by one, and then the whole call', async () => {
  expect(await countBytesUntilRefusal()).toBe(25 * 200 * KIB);
  await expect(put(Buffer.alloc(200 * KIB))).rejects.toMatchObject({
    name: 'ServiceUnavailableException',
    $metadata: { httpStatusCode: 503 },
  });
  now += 1_000;
  expect(await countBytesUntilRefusal()).toBe(25 * 200 * KIB);
});

// https://docs.aws.amazon.com/firehose/latest/dev/limits.html
it.each([
  ['us-east-1', 2_000],
  ['eu-central-1', 1_000],
])('a stream of %s takes %i calls a second', async (region, calls) => {
  const other = start(region);
  await other.createDeliveryStream({ name: 'other', destination: DESTINATION });
  const body = JSON.stringify({ DeliveryStreamName: 'other', Record: { Data: 'YQ==' } });
  const putOne = () =>
    other.handle({
      ...{ service: 'firehose', action: 'PutRecord', method: 'POST', path: '/' },
      ...{ query: new URLSearchParams(), headers: {}, body: Buffer.from(body) },
      caller: { access_key_id: 'test', name: 'owner' },
    });
  const statuses = await Promise.all(Array.from({ length: calls + 1 }, putOne));
  expect(statuses.map(({ status }) => status)).toEqual([...Array(calls).fill(200), 503]);
  await other.close();
});
