import { randomUUID } from 'node:crypto';
import { createStatements } from '../../aws/athena/statements.ts';
import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import { createErasableHistory } from '../../aws/dynamodb/history/erase.ts';
import { createErasableJobs } from '../../aws/dynamodb/jobs/erasable.ts';
import { createJobStore } from '../../aws/dynamodb/jobs/store.ts';
import { createTableLease } from '../../aws/dynamodb/keeper/lease.ts';
import { createSelectedRows } from '../../aws/dynamodb/results/selected.ts';
import { createLakeLog } from '../../aws/firehose/lake-log.ts';
import { createErasableObjects, createErasureStates } from '../../aws/s3/erasable-objects.ts';
import { createRawObjects } from '../../aws/s3/raw-objects.ts';
import { createSecret } from '../../aws/secrets-manager/secrets.ts';
import { createEraseFromLake } from '../../insight/keeper/erase.ts';
import { UnreadableObjectError } from '../../insight/keeper/ports.ts';
import { waitForConsumers, waitForTable } from '../../insight/reach/wait-for-table.ts';
import { sleep } from '../../lib/sleep.ts';
import type { EraseDeps } from '../../operations/erase/context.ts';
import { createRemains } from '../../operations/erase/remains.ts';
import { readRetentionTemplate } from '../../operations/retention/template.ts';
import { createReachDeps } from '../lake/wait.ts';

/** Creates the access of an erasure to all stores of a stack. */
export function createEraseDeps(
  stack: StackOutputs,
  template: unknown,
  { limit_seconds, signal }: { limit_seconds: number; signal: AbortSignal },
): EraseDeps {
  const now = Date.now;
  const objects = (bucket_name: string) => createErasableObjects({ bucket_name });
  return {
    states: createErasureStates({ bucket_name: stack.SetAsideBucketName }),
    rows: createSelectedRows({
      table_name: stack.ResultsTableName,
      ttl_seconds: readTtl(template),
      now,
    }),
    log: createLakeLog({ delivery_stream: stack.DeliveryStreamName }),
    lake: openLake(stack),
    history: createErasableHistory({ table_name: stack.HistoryTableName }),
    jobs: createErasableJobs(createJobStore({ table_name: stack.JobsTableName, now })),
    set_asides: objects(stack.SetAsideBucketName),
    failures: objects(stack.FailureBucketName),
    inputs: objects(stack.InputBucketName),
    lake_objects: objects(stack.LakeBucketName),
    restoreKey: createSecret({ secret_id: stack.RestoreKeyArn }),
    async waitFor(what, accepted_before) {
      const deps = { ...createReachDeps(stack), signal, sleep: (ms: number) => sleep(ms, signal) };
      const until = { accepted_before, ends_at: now() + limit_seconds * 1_000 };
      void (await (what === 'table' ? waitForTable(deps, until) : waitForConsumers(deps, until)));
    },
    remains: createRemains(template),
    isTimeUp: () => signal.aborted,
    now,
  };
}

function openLake(stack: StackOutputs) {
  const deps = {
    lease: createTableLease({ table_name: stack.KeeperTableName, now: Date.now }),
    statements: createStatements({
      work_group: stack.WorkgroupName,
      database: stack.DatabaseName,
    }),
    raw: createRawObjects({
      bucket_name: stack.LakeBucketName,
      createUnreadableError: (message) => new UnreadableObjectError(message),
    }),
    newOwner: randomUUID,
    now: Date.now,
    sleep,
  };
  return createEraseFromLake(deps, () => Number.POSITIVE_INFINITY);
}

/** Withdrawn rows expire like others, after the time that the consumers are deployed with. */
function readTtl(template: unknown): number {
  return Number(readRetentionTemplate(template).variables.RESULTS_TTL_SECONDS);
}
