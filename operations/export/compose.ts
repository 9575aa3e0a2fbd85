import { createSelectedRows } from '../../aws/dynamodb/results/selected.ts';
import { createErasableObjects } from '../../aws/s3/erasable-objects.ts';
import { createRawObjects } from '../../aws/s3/raw-objects.ts';
import { createSecret } from '../../aws/secrets-manager/secrets.ts';
import { UnreadableObjectError } from '../../insight/keeper/ports.ts';
import type { EraseResources } from '../erase/compose.ts';
import type { ExportSources } from './ports.ts';

type ExportResources = Pick<
  EraseResources,
  | 'ResultsTableName'
  | 'LakeBucketName'
  | 'SetAsideBucketName'
  | 'FailureBucketName'
  | 'RestoreKeyArn'
>;

/** Creates the access of an export to the stores of a stack. It only reads. */
export function composeSources(stack: ExportResources): ExportSources {
  const { ResultsTableName, LakeBucketName, SetAsideBucketName, FailureBucketName } = stack;
  return {
    rows: createSelectedRows({ table_name: ResultsTableName, ttl_seconds: 0, now: Date.now }),
    raw: createRawObjects({
      bucket_name: LakeBucketName,
      createUnreadableError: (message) => new UnreadableObjectError(message),
    }),
    set_asides: createErasableObjects({ bucket_name: SetAsideBucketName }),
    failures: createErasableObjects({ bucket_name: FailureBucketName }),
    restoreKey: createSecret({ secret_id: stack.RestoreKeyArn }),
  };
}
