import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { ListObjectsV2Command, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it, vi } from 'vitest';
import { queryCommand } from '../../../../cli/commands/query.ts';
import { describeReached } from '../../../../cli/lake/wait.ts';
import { runCommand, runOnStack } from '../../../support/cli.ts';

vi.mock('../../../../aws/kinesis/clock.ts', () => ({ measureClock: async () => 0 }));

const kinesis = mockClient(KinesisClient);
const athena = mockClient(AthenaClient);
const dynamodb = mockClient(DynamoDBClient);
const s3 = mockClient(S3Client);
let failure_bucket: string[];
beforeEach(() => {
  for (const client of [kinesis, athena, dynamodb, s3]) client.reset();
  failure_bucket = [];
  kinesis.on(ListShardsCommand).resolves({ Shards: [] });
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  s3.on(ListObjectsV2Command).callsFake(({ Bucket, Prefix }) => ({
    Contents: (Bucket === 'failures' ? failure_bucket : [])
      .filter((key) => key.startsWith(Prefix))
      .map((Key) => ({ Key })),
  }));
  athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'id' });
  athena
    .on(GetQueryExecutionCommand)
    .resolves({ QueryExecution: { Status: { State: 'SUCCEEDED' } } });
  athena.on(GetQueryResultsCommand).resolves({});
});

const wait = async () => (await runCommand(queryCommand(), 'SELECT 1', '--wait')).stderr;

it('query --wait without gaps says so in its last line, and prints no note', async () => {
  const report = 'aws/lambda/uuid/shardId-0/2026/11/27/2026-11-27T06.00.00-x';
  failure_bucket = [report, `restored/${report}.json`];
  const stderr = await wait();
  expect(stderr).not.toContain('Note: ');
  expect(stderr).toMatch(/, with all that was accepted until then\n$/);
});

it('query --wait names the batches in the failure bucket that were not put back', async () => {
  failure_bucket = ['aws/lambda/a', 'aws/lambda/b', 'aws/lambda/c', 'restored/aws/lambda/a.json'];
  const stderr = await wait();
  const gap = '2 batches in the failure bucket (aurastream redrive list)';
  expect(stderr).toContain(`Note: results may lack ${gap}.\n`);
  expect(stderr).toContain(`, with all that was accepted until then, but for ${gap}\n`);
  failure_bucket = ['aws/lambda/a'];
  expect(await wait()).toContain('but for a batch in the failure bucket (aurastream redrive list)');
});

it('query --wait says if the failure bucket cannot be listed, and answers', async () => {
  s3.on(ListObjectsV2Command, { Bucket: 'failures' }).rejects(
    new S3ServiceException({
      ...{ name: 'AccessDenied', $fault: 'client', $metadata: { httpStatusCode: 403 } },
    }),
  );
  expect(await wait()).toContain(
    'but for batches in the failure bucket, which could not be listed (AccessDenied)',
  );
});

it('query --wait says before it waits that batches of a shard may still run side by side', async () => {
  const outputs = { ParallelizationFactor: '4' };
  const { stderr } = await runOnStack(outputs, queryCommand(), 'SELECT 1', '--wait');
  const gap = 'batches that still run beside later ones (consumer.parallelization_factor is 4)';
  expect(stderr).toMatch(/^Note: results may lack batches that still run/);
  expect(stderr).toContain(`but for ${gap}\n`);
});

it('the last line joins several gaps', () => {
  const until = new Date(Date.UTC(2026, 10, 27, 6));
  expect(describeReached({ until, gaps: ['a', 'b'] })).toBe(
    'as of 2026-11-27 06:00:00 UTC, with all that was accepted until then, but for a and b',
  );
});
