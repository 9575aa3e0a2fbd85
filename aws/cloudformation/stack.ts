import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import * as z from 'zod';
import { ANALYZER_NAMES } from '../../schemas/index.ts';
import { createClient } from '../clients.ts';

/** Schema of the outputs that infra/stack.ts declares. */
const outputsSchema = z.object({
  StreamName: z.string(),
  BulkStreamName: z.string(),
  KeysTableName: z.string(),
  CacheTableName: z.string(),
  QuotaTableName: z.string(),
  ResultsTableName: z.string(),
  CountsTableName: z.string(),
  HistoryTableName: z.string(),
  SetAsideBucketName: z.string(),
  FailureBucketName: z.string(),
  LakeBucketName: z.string(),
  DeliveryStreamName: z.string(),
  DatabaseName: z.string(),
  WorkgroupName: z.string(),
  KeeperTableName: z.string(),
  BufferSeconds: z.coerce.number(),
  ParallelizationFactor: z.coerce.number(),
  JobsTableName: z.string(),
  InputBucketName: z.string(),
  JobsQueueUrl: z.url(),
  CallbackQueueUrl: z.url(),
  CallbackSecretArn: z.string(),
  RestoreKeyArn: z.string(),
  AuditBucketName: z.string(),
  AuditKeyArn: z.string(),
  AuditRetentionDays: z.coerce.number(),
  ApiUrl: z.url(),
  ApiId: z.string(),
  ApiStage: z.string(),
  AnalyzerName: z.enum(ANALYZER_NAMES),
  AnalyzerVersion: z.string(),
  UsagePlanIds: z
    .string()
    .transform((json): unknown => JSON.parse(json))
    .pipe(z.record(z.string(), z.string())),
});
export type StackOutputs = z.infer<typeof outputsSchema>;

/**
 * Reads the names of all resources from the outputs of a deployed stack. The stack is in an AWS
 * account or in the embedded cloud.
 *
 * @throws {Error} if the stack does not exist or lacks an output of AuraStream.
 */
export async function readStack(
  stack_name: string,
  client = createClient(CloudFormationClient),
): Promise<StackOutputs> {
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack_name }));
  const outputs = Object.fromEntries(
    (Stacks?.[0]?.Outputs ?? []).map((output) => [output.OutputKey, output.OutputValue]),
  );
  const parsed = outputsSchema.safeParse(outputs);
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
    throw new Error(`The stack ${stack_name} lacks valid outputs: ${names}. Deploy it again.`);
  }
  return parsed.data;
}
