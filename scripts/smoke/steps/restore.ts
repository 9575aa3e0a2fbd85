import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { check, type SmokeContext, type Step } from '../step.ts';

export const setAside: Step = {
  promise: 'A record that cannot be read is set aside, and is analyzed once it is repaired',
  async run(context) {
    const { stack, run, aurastream, folder } = context;
    const { ShardId, SequenceNumber } = await new KinesisClient().send(
      new PutRecordCommand({
        StreamName: stack.StreamName,
        PartitionKey: run,
        Data: Buffer.from(JSON.stringify({ text: `I love it, but forgot the source of ${run}` })),
      }),
    );
    const id = `${stack.StreamName}:${ShardId}:${SequenceNumber}`;
    await context.waitFor(async () => {
      const listed = (await aurastream('set-aside', 'list')) as { set_aside_id: string }[];
      check(
        listed.some(({ set_aside_id }) => set_aside_id === id),
        `${id} is not set aside`,
      );
    });
    const fix = join(folder, 'fix.mjs');
    await writeFile(
      fix,
      `export default (bytes) => ({ source: '${run}-fixed', ...JSON.parse(Buffer.from(bytes)) });`,
    );
    const { replayed } = (await aurastream('set-aside', 'replay', id, '--fix', fix)) as {
      replayed: number;
    };
    check(replayed === 1, `${replayed} set-asides were put back`);
    await waitForResult(context, `${run}-fixed`, id);
    return id;
  },
};

/** Lambda cannot be made to give up on a batch, so the step writes such a report itself. */
export const redrive: Step = {
  promise: 'A batch that Lambda gave up on can be put back on the stream',
  async run(context) {
    const { stack, aurastream, run } = context;
    const record_id = `${run}-redriven`;
    const key = `aws/lambda/${randomUUID()}/shardId-smoke/${new Date().toISOString()}-${randomUUID()}`;
    await new S3Client().send(
      new PutObjectCommand({
        Bucket: stack.FailureBucketName,
        Key: key,
        Body: JSON.stringify(buildReport(stack, run, record_id)),
        ContentType: 'application/json',
      }),
    );
    const { records } = (await aurastream('redrive', 'run', key)) as { records: number };
    check(records === 1, `${records} records were put back`);
    await waitForResult(context, `${run}-redriven`, record_id);
    return record_id;
  },
};

/** Source: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
function buildReport(stack: SmokeContext['stack'], run: string, record_id: string) {
  const record = { record_id, source: `${run}-redriven`, text: `I love what came back to ${run}` };
  const arrived_at = Date.now() / 1_000;
  const event = {
    Records: [
      {
        eventID: `shardId-000000000000:${Date.now()}`,
        eventSourceARN: `arn:aws:kinesis:us-east-1:000000000000:stream/${stack.StreamName}`,
        kinesis: {
          partitionKey: record_id,
          sequenceNumber: `${Date.now()}`,
          data: Buffer.from(JSON.stringify(record)).toString('base64'),
          approximateArrivalTimestamp: arrived_at,
        },
      },
    ],
  };
  return {
    requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 1 },
    timestamp: new Date().toISOString(),
    KinesisBatchInfo: { shardId: 'shardId-000000000000', batchSize: 1 },
    payload: JSON.stringify(event),
  };
}

function waitForResult(
  { http, keys, waitFor }: SmokeContext,
  source: string,
  record_id: string,
): Promise<void> {
  const path = `/results/${source}/${encodeURIComponent(record_id)}`;
  return waitFor(async () => {
    const { status } = await http.send('GET /results/{source}/{record_id}', path, {
      api_key: keys.own.api_key,
    });
    check(status === 200, `${record_id} has no result`);
  });
}
