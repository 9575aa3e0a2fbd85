import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  type Output,
} from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { Command } from 'commander';
import { vi } from 'vitest';
import { auditTrails } from '../../cli/audit.ts';
import { addOutputOption } from '../../cli/output/print.ts';
import type { AuditLine } from '../../schemas/index.ts';
import { createMemoryAuditStore, createTrail, listLines } from './audit-trail.ts';

/** Values of the stack's outputs, by the names of the outputs. */
const OUTPUTS = {
  StreamName: 'stream',
  BulkStreamName: 'bulk-stream',
  KeysTableName: 'keys',
  CacheTableName: 'cache',
  QuotaTableName: 'quota',
  ResultsTableName: 'results',
  CountsTableName: 'counts',
  HistoryTableName: 'history',
  SetAsideBucketName: 'set-asides',
  FailureBucketName: 'failures',
  LakeBucketName: 'lake',
  DeliveryStreamName: 'delivery',
  DatabaseName: 'database',
  WorkgroupName: 'group',
  KeeperTableName: 'keeper',
  BufferSeconds: '60',
  ParallelizationFactor: '1',
  JobsTableName: 'jobs',
  InputBucketName: 'inputs',
  JobsQueueUrl: 'https://sqs.example/jobs',
  CallbackQueueUrl: 'https://sqs.example/callbacks',
  CallbackSecretArn: 'arn:secret',
  RestoreKeyArn: 'arn:restore-key',
  AuditBucketName: 'audit',
  AuditKeyArn: 'arn:audit-key',
  AuditRetentionDays: '400',
  ApiUrl: 'https://api.example/v1',
  ApiId: 'api',
  ApiStage: 'v1',
  AnalyzerName: 'comprehend',
  AnalyzerVersion: '2026-11-23',
  UsagePlanIds: '{"starter":"plan-s","growth":"plan-g"}',
};

/** A template with one store. */
const TEMPLATE = {
  Resources: {
    IngestStream0A1B2C3D: {
      Type: 'AWS::Kinesis::Stream',
      Properties: { RetentionPeriodHours: 48 },
    },
  },
};

/** Lists the outputs of the stack as CloudFormation returns them. */
export function listStackOutputs(outputs: Record<string, string> = OUTPUTS): Output[] {
  return Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
}

export interface Ran {
  /** Lines that `console.log` printed. */
  stdout: string;
  /** Bytes that the command wrote to standard output without `console.log`. */
  written: Buffer;
  stderr: string;
  error: Error | undefined;
  exit_code: typeof process.exitCode;
  /** Entries that the command wrote to the audit trail. */
  audited: AuditLine[];
}

let is_audit_away = false;

/** Lets the next command that runs fail to write to the audit trail. */
export function failAudit(): void {
  is_audit_away = true;
}

/** Creates the store of the audit trail for one command. */
function createAuditStore() {
  const store = createMemoryAuditStore();
  if (is_audit_away) store.put = () => Promise.reject(new Error('the audit bucket is away'));
  is_audit_away = false;
  return store;
}

/**
 * Runs a command of `aurastream` in this process, against an emulated stack whose outputs are
 * OUTPUTS.
 */
export async function runCommand(command: Command, ...words: string[]): Promise<Ran> {
  return runOnStack({}, command, ...words);
}

/** Runs a command as {@link runCommand} does, against a stack of which some outputs are others. */
export async function runOnStack(
  outputs: Record<string, string>,
  command: Command,
  ...words: string[]
): Promise<Ran> {
  const stack = mockClient(CloudFormationClient);
  const Outputs = listStackOutputs({ ...OUTPUTS, ...outputs });
  stack.on(DescribeStacksCommand).resolves({ Stacks: [{ Outputs } as never] });
  stack.on(GetTemplateCommand).resolves({ TemplateBody: JSON.stringify(TEMPLATE) });
  const endpoint = process.env.AWS_ENDPOINT_URL;
  process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:9';
  const printed: string[] = [];
  const written: Buffer[] = [];
  const errors: string[] = [];
  const streams = [
    vi.spyOn(process.stdout, 'write').mockImplementation(keepIn(written)),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => errors.push(String(text)) > 0),
  ];
  const log = vi.spyOn(console, 'log').mockImplementation((text) => void printed.push(text));
  const audit_store = createAuditStore();
  const audit = vi.spyOn(auditTrails, 'open').mockResolvedValue(createTrail(audit_store, Date.now));
  const program = new Command('aurastream')
    .option('--stack <name>', '', 'AuraStream')
    .option('--target <name>')
    .option('--api-key <key>');
  program.addCommand(addOutputOption(command));
  for (const one of listCommands(program)) {
    one.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  const removeListeners = watchSignals();
  const before = process.exitCode;
  process.exitCode = undefined;
  let error: Error | undefined;
  try {
    await program.parseAsync([command.name(), ...words], { from: 'user' });
  } catch (cause) {
    error = cause as Error;
  }
  const ran = {
    stdout: printed.join('\n'),
    written: Buffer.concat(written),
    stderr: errors.join(''),
    error,
    exit_code: process.exitCode,
    audited: listLines(audit_store),
  };
  process.exitCode = before;
  removeListeners();
  for (const spy of [log, audit, ...streams]) spy.mockRestore();
  if (endpoint === undefined) delete process.env.AWS_ENDPOINT_URL;
  else process.env.AWS_ENDPOINT_URL = endpoint;
  stack.restore();
  return ran;
}

/**
 * Returns a function that removes the listeners of signals that were added since. Without that, a
 * second signal in another test of the process would end the process.
 */
function watchSignals(): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const before = signals.map((signal) => new Set<unknown>(process.listeners(signal)));
  return () => {
    for (const [i, signal] of signals.entries()) {
      const added = process.listeners(signal).filter((listener) => !before[i]?.has(listener));
      for (const listener of added) process.removeListener(signal, listener);
    }
  };
}

/** Creates a `write` function that keeps what is written, and accepts everything at once. */
function keepIn(chunks: Buffer[]): typeof process.stdout.write {
  return (chunk) => {
    chunks.push(Buffer.from(chunk as Uint8Array));
    return true;
  };
}

function listCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(listCommands)];
}
