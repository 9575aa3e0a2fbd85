import { randomUUID } from 'node:crypto';
import { createStatements } from '../../aws/athena/statements.ts';
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
import { composeReach, type ReachResources } from '../../insight/reach/compose.ts';
import { waitForConsumers, waitForTable } from '../../insight/reach/wait-for-table.ts';
import { sleep } from '../../lib/sleep.ts';
import { readRetentionTemplate } from '../retention/template.ts';
import type { EraseDeps } from './context.ts';
import { createRemains } from './remains.ts';

/** Names of the parts of a stack that an erasure reaches, as the outputs of the stack name them. */
export interface EraseResources extends ReachResources {
  ResultsTableName: string;
  HistoryTableName: string;
  SetAsideBucketName: string;
  FailureBucketName: string;
  InputBucketName: string;
  DeliveryStreamName: string;
  WorkgroupName: string;
  DatabaseName: string;
  RestoreKeyArn: string;
}

/** The time of one run of an erasure. */
interface Run {
  /** Ends the run after the page in hand. */
  isTimeUp: () => boolean;
  /** Returns how long a wait may take, in milliseconds. */
  limit_ms: () => number;
  /** Returns the time that is left to statements on the lake, in milliseconds. */
  remaining_ms: () => number;
  /** Ends a wait. */
  signal?: AbortSignal;
}

/**
 * Creates the access of an erasure to all stores of a stack.
 *
 * @param template template of the stack, which says how long each store keeps data.
 */
export function composeErase(
  stack: EraseResources,
  template: unknown,
  { isTimeUp, limit_ms, remaining_ms, signal }: Run,
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
    lake: composeLake(stack, remaining_ms),
    history: createErasableHistory({ table_name: stack.HistoryTableName }),
    jobs: createErasableJobs(createJobStore({ table_name: stack.JobsTableName, now })),
    set_asides: objects(stack.SetAsideBucketName),
    failures: objects(stack.FailureBucketName),
    inputs: objects(stack.InputBucketName),
    lake_objects: objects(stack.LakeBucketName),
    restoreKey: createSecret({ secret_id: stack.RestoreKeyArn }),
    async waitFor(what, accepted_before) {
      const deps = {
        ...composeReach(stack),
        sleep: (ms: number) => sleep(ms, signal),
        ...(signal && { signal }),
      };
      const until = { accepted_before, ends_at: now() + Math.max(0, limit_ms()) };
      void (await (what === 'table' ? waitForTable(deps, until) : waitForConsumers(deps, until)));
    },
    remains: createRemains(template),
    isTimeUp,
    now,
  };
}

function composeLake(stack: EraseResources, remaining_ms: Run['remaining_ms']) {
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
  return createEraseFromLake(deps, remaining_ms);
}

/** Withdrawn rows expire like others, after the time that the consumers are deployed with. */
function readTtl(template: unknown): number {
  return Number(readRetentionTemplate(template).variables.RESULTS_TTL_SECONDS);
}
