import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { Command } from 'commander';
import { vi } from 'vitest';

/** Values of the stack's outputs, by the names of the outputs. */
const OUTPUTS = {
  StreamName: 'stream',
  CacheTableName: 'cache',
  QuotaTableName: 'quota',
  ResultsTableName: 'results',
  SetAsideBucketName: 'set-asides',
  FailureBucketName: 'failures',
  LakeBucketName: 'lake',
  DeliveryStreamName: 'delivery',
  DatabaseName: 'database',
  WorkgroupName: 'group',
  JobsTableName: 'jobs',
  InputBucketName: 'inputs',
  JobsQueueUrl: 'https://sqs.example/jobs',
  CallbackQueueUrl: 'https://sqs.example/callbacks',
  CallbackSecretArn: 'arn:secret',
  RestoreKeyArn: 'arn:restore-key',
  ApiUrl: 'https://api.example/v1',
  ApiId: 'api',
  ApiStage: 'v1',
  AnalyzerName: 'comprehend',
  AnalyzerVersion: '2026-11-23',
  UsagePlanIds: '{"starter":"plan-s","growth":"plan-g"}',
};

export interface Ran {
  stdout: string;
  error: Error | undefined;
  exit_code: typeof process.exitCode;
}

/**
 * Runs a command of `aurastream` in this process, against an emulated stack whose outputs are
 * OUTPUTS.
 */
export async function runCommand(command: Command, ...words: string[]): Promise<Ran> {
  const stack = mockClient(CloudFormationClient);
  const Outputs = Object.entries(OUTPUTS).map(([OutputKey, OutputValue]) => ({
    OutputKey,
    OutputValue,
  }));
  stack.on(DescribeStacksCommand).resolves({ Stacks: [{ Outputs } as never] });
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9');
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((text) => void printed.push(text));
  const program = new Command('aurastream').option('--stack <name>', '', 'AuraStream');
  program.addCommand(command);
  for (const one of listCommands(program)) {
    one.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  const before = process.exitCode;
  process.exitCode = undefined;
  let error: Error | undefined;
  try {
    await program.parseAsync([command.name(), ...words], { from: 'user' });
  } catch (cause) {
    error = cause as Error;
  }
  const ran = { stdout: printed.join('\n'), error, exit_code: process.exitCode };
  process.exitCode = before;
  log.mockRestore();
  vi.unstubAllEnvs();
  stack.restore();
  return ran;
}

function listCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(listCommands)];
}
