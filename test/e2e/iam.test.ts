import { rm } from 'node:fs/promises';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { changedAssembly, withLittlePatience } from '../support/assembly.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import type { MeterEntry } from '../support/observe.ts';

const WAIT = { timeout: 60_000, interval: 250 };
const RECORD = '{"text":"I love my cat","source":"s"}';

/**
 * Writes a copy of the assembly in which no policy allows `action`. In the copy, Lambda also gives
 * up on a failed batch after one retry.
 */
function assemblyWithout(action: string): Promise<string> {
  return changedAssembly((template) => {
    withLittlePatience(template);
    for (const { Type, Properties } of Object.values(template.Resources)) {
      if (Type !== 'AWS::IAM::Policy') continue;
      for (const statement of Properties.PolicyDocument!.Statement) {
        statement.Action = [statement.Action].flat().filter((name) => name !== action);
      }
    }
  });
}

let assembly: string;
let test: TestCloud;
beforeAll(async () => {
  assembly = await assemblyWithout('firehose:PutRecordBatch');
  test = await testCloud({ assemblyDir: assembly });
});
afterAll(async () => {
  await test.stop();
  await rm(assembly, { recursive: true, force: true });
});

it('a consumer without a grant for Firehose is denied, and its batch goes to the failure destination with its payload', async () => {
  await test.clients.kinesis.send(
    new PutRecordsCommand({
      StreamName: test.stack.StreamName,
      Records: [{ PartitionKey: 'a', Data: Buffer.from(RECORD) }],
    }),
  );
  await vi.waitFor(async () => {
    const { entries } = (await test.control('GET', 'meter')) as {
      entries: (MeterEntry & { errors?: Record<string, number> })[];
    };
    const firehose = entries.find((entry) => entry.action === 'PutRecordBatch');
    expect(firehose?.errors).toHaveProperty('AccessDeniedException');
  }, WAIT);
  const report = await vi.waitFor(async () => {
    const { Contents = [] } = await test.clients.s3.send(
      new ListObjectsV2Command({ Bucket: test.stack.FailureBucketName }),
    );
    expect(Contents).toHaveLength(1);
    const { Body } = await test.clients.s3.send(
      new GetObjectCommand({ Bucket: test.stack.FailureBucketName, Key: Contents[0]!.Key! }),
    );
    return JSON.parse(await Body!.transformToString());
  }, WAIT);
  expect(report.requestContext.condition).toBe('RetryAttemptsExhausted');
  const { Records } =
    typeof report.payload === 'string' ? JSON.parse(report.payload) : report.payload;
  expect(Buffer.from(Records[0].kinesis.data, 'base64').toString()).toBe(RECORD);
});
