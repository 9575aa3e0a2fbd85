/**
 * Measures the embedded Kinesis: records per second that are put and read, on disk. `dispatch` calls
 * the gateway within the process; `sdk` sends the same calls with the AWS SDK over HTTP/2, so that
 * the client's work is included. Run it with `npx tsx packages/embedded-cloud/bench/kinesis.ts`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import { createGateway } from '../src/gateway/gateway.ts';
import { ownerIdentity } from '../src/gateway/serve-service.ts';
import { createKinesis } from '../src/services/kinesis.ts';

const SHARDS = 4;
const BATCHES = 200;
const BATCH = 500;
const BYTES = 200;
const CALLERS = 4;

type Send = (action: string, input: object) => Promise<Record<string, unknown>>;

const caller = { access_key_id: 'AKIAOWNER', name: 'owner' };
const records = (round: number) =>
  Array.from({ length: BATCH }, (_, index) => ({
    PartitionKey: `key-${round}-${index}`,
    Data: Buffer.alloc(BYTES, 97 + (index % 26)),
  }));

async function putAll(StreamName: string, send: Send): Promise<number> {
  let round = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (round < BATCHES) {
        round += 1;
        void (await send('PutRecords', { StreamName, Records: records(round) }));
      }
    }),
  );
  return (BATCHES * BATCH * 1000) / (performance.now() - started);
}

async function readAll(StreamName: string, send: Send): Promise<number> {
  const started = performance.now();
  let read = 0;
  for (let shard = 0; shard < SHARDS; shard += 1) {
    const ShardId = `shardId-00000000000${shard}`;
    const start = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
    let { ShardIterator } = await send('GetShardIterator', start);
    for (let count = -1; count !== 0; ) {
      const page = await send('GetRecords', { ShardIterator, Limit: 5_000 });
      count = (page.Records as unknown[]).length;
      read += count;
      ShardIterator = page.NextShardIterator;
    }
  }
  if (read !== BATCHES * BATCH) throw new Error(`${read} records were read.`);
  return (read * 1000) / (performance.now() - started);
}

const path = await mkdtemp(join(tmpdir(), 'embedded-cloud-bench-'));
const gateway = createGateway({
  services: [await createKinesis({ path, now: Date.now })],
  findIdentity: (access_key_id) => ownerIdentity(access_key_id, 'secret'),
  policiesOf: () => [],
  now: Date.now,
});
const { port } = await gateway.listen(0);
const client = new KinesisClient({
  endpoint: `http://127.0.0.1:${port}`,
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIAOWNER', secretAccessKey: 'secret' },
});

const dispatch: Send = async (action, input) => {
  const encode = ({ Data, ...rest }: { Data: Buffer }) => {
    return { ...rest, Data: Data.toString('base64') };
  };
  const { Records } = input as { Records?: { Data: Buffer }[] };
  const encoded = Records === undefined ? input : { ...input, Records: Records.map(encode) };
  const body = Buffer.from(JSON.stringify(encoded));
  const query = new URLSearchParams();
  const call = { service: 'kinesis', method: 'POST', path: '/', query, headers: {}, body, caller };
  const reply = await gateway.dispatch({ ...call, action });
  return JSON.parse(reply.body.toString()) as Record<string, unknown>;
};
const sdk: Send = async (action, input) => {
  const commands = {
    PutRecords: () => client.send(new PutRecordsCommand(input as never)),
    GetRecords: () => client.send(new GetRecordsCommand(input as never)),
    GetShardIterator: () => client.send(new GetShardIteratorCommand(input as never)),
  };
  return { ...(await commands[action as keyof typeof commands]()) };
};

for (const [name, send] of Object.entries({ dispatch, sdk })) {
  await client.send(new CreateStreamCommand({ StreamName: name, ShardCount: SHARDS }));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const cpu = process.cpuUsage();
  const put = await putAll(name, send);
  const { user, system } = process.cpuUsage(cpu);
  const read = await readAll(name, send);
  const read_cpu = process.cpuUsage(cpu);
  const total = BATCHES * BATCH;
  console.log(
    `${name}: put ${Math.round(put)} records/s (${((user + system) / total).toFixed(1)} µs CPU each), ` +
      `read ${Math.round(read)} records/s (${((read_cpu.user + read_cpu.system - user - system) / total).toFixed(1)} µs CPU each)`,
  );
}
client.destroy();
await gateway.close();
await rm(path, { recursive: true });
