import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { readStack } from '../../../aws/cloudformation/stack.ts';

const cloudformation = mockClient(CloudFormationClient);
beforeEach(() => void cloudformation.reset());

const SPECIAL: Record<string, string> = {
  BufferSeconds: '60',
  ParallelizationFactor: '1',
  AuditRetentionDays: '400',
  AnalyzerName: 'comprehend',
  UsagePlanIds: '{"starter":"plan-s"}',
};

async function readOutputs(outputs: Record<string, string>) {
  const Outputs = Object.entries(outputs).map(([OutputKey, OutputValue]) => ({
    OutputKey,
    OutputValue,
  }));
  cloudformation.on(DescribeStacksCommand).resolves({ Stacks: [{ Outputs }] as never });
  return readStack('Mine', cloudformation as never);
}

/** Returns a value for each output that the commands need. */
async function listOutputs(): Promise<Record<string, string>> {
  const { message } = (await readOutputs({}).catch((error: unknown) => error)) as Error;
  const [, names = ''] = /^The stack Mine lacks valid outputs: (.*)\. Deploy it again\.$/.exec(
    message,
  )!;
  return Object.fromEntries(
    names
      .split(', ')
      .map((name) => [name, SPECIAL[name] ?? `https://example.com/${name.toLowerCase()}`]),
  );
}

it('the outputs of a stack are read by its name, and others are left out', async () => {
  const outputs = await listOutputs();
  expect(Object.keys(outputs)).toEqual(
    expect.arrayContaining(['StreamName', 'ApiUrl', 'JobsQueueUrl', 'CallbackQueueUrl']),
  );
  cloudformation.reset();
  expect(await readOutputs({ ...outputs, Other: 'x' })).toEqual({
    ...outputs,
    BufferSeconds: 60,
    ParallelizationFactor: 1,
    AuditRetentionDays: 400,
    UsagePlanIds: { starter: 'plan-s' },
  });
  expect(cloudformation.commandCalls(DescribeStacksCommand)[0]?.args[0].input).toEqual({
    StackName: 'Mine',
  });
});

it('a stack without one of its outputs must be deployed again, and the error names the output', async () => {
  const outputs = await listOutputs();
  for (const name of Object.keys(outputs)) {
    const { [name]: _, ...others } = outputs;
    await expect(readOutputs(others), name).rejects.toThrow(`lacks valid outputs: ${name}. `);
  }
});

it.each([
  ['JobsQueueUrl', 'no URL'],
  ['CallbackQueueUrl', 'no URL'],
  ['ApiUrl', 'no URL'],
  ['AnalyzerName', 'unknown'],
  ['UsagePlanIds', '{"starter":1}'],
])('a stack whose output %s is %s must be deployed again', async (name, value) => {
  const outputs = await listOutputs();
  await expect(readOutputs({ ...outputs, [name]: value })).rejects.toThrow(
    new RegExp(`lacks valid outputs: ${name}[.a-z]*\\. Deploy`),
  );
});

it('a stack that is not there lacks all outputs', async () => {
  cloudformation.on(DescribeStacksCommand).resolves({});
  await expect(readStack('Mine', cloudformation as never)).rejects.toThrow('StreamName, ');
});
