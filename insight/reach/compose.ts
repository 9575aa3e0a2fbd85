import { createProcessedPositions } from '../../aws/dynamodb/jobs/processed-positions.ts';
import { createManifest } from '../../aws/dynamodb/keeper/manifest.ts';
import { createStreamEnds } from '../../aws/kinesis/stream-ends.ts';
import { createRawObjects } from '../../aws/s3/raw-objects.ts';

/** Names of the parts of a stack that a wait looks at, as the outputs of the stack name them. */
export interface ReachResources {
  StreamName: string;
  BulkStreamName: string;
  JobsTableName: string;
  KeeperTableName: string;
  LakeBucketName: string;
  /** Longest time for which Firehose buffers a line, in seconds. */
  BufferSeconds: number;
}

/** Creates the access to all that a wait looks at. */
export function composeReach(stack: ReachResources) {
  const raw = createRawObjects({
    bucket_name: stack.LakeBucketName,
    createUnreadableError: (message) => new Error(message),
  });
  return {
    stream_names: [stack.StreamName, stack.BulkStreamName],
    readPositions: createProcessedPositions({ table_name: stack.JobsTableName }).read,
    stream_ends: createStreamEnds(),
    buffer_ms: stack.BufferSeconds * 1_000,
    listRawKeys: raw.keys,
    manifest: createManifest({ table_name: stack.KeeperTableName, kept_seconds: 0, now: Date.now }),
    now: Date.now,
  };
}
