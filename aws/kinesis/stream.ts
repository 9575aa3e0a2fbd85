import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import type { PutOutcome, RecordStream } from '../../ingest/ports.ts';
import { createClient } from '../clients.ts';
import { callService } from '../errors.ts';

/**
 * Creates a stream that publishes records to Kinesis. A successful request may still contain
 * rejected records. The outcomes name the rejected records.
 *
 * @example
 * import { createKinesisStream } from 'aurastream/kinesis';
 *
 * // The region and the credentials come from the environment, as with any AWS SDK client.
 * const stream = createKinesisStream({ stream_name: 'aurastream-records' });
 */
export function createKinesisStream(deps: {
  client?: Pick<KinesisClient, 'send'>;
  stream_name: string;
}): RecordStream {
  // Remove the time limits, because uploading 10 MiB over the slow connection of a producer may
  // take longer than these limits.
  const client = deps.client ?? createClient(KinesisClient, { requestHandler: {} });
  return {
    async putRecords(entries) {
      const command = new PutRecordsCommand({
        StreamName: deps.stream_name,
        Records: entries.map(({ data, partition_key }) => ({
          Data: data,
          PartitionKey: partition_key,
        })),
      });
      const { Records = [] } = await callService('kinesis', () => client.send(command));
      return entries.map((_, i): PutOutcome => {
        const { ErrorCode, ShardId, SequenceNumber } = Records[i] ?? {};
        if (ShardId === undefined || SequenceNumber === undefined) {
          return { ok: false, code: ErrorCode ?? 'MissingResult' };
        }
        return { ok: true, shard_id: ShardId, sequence_number: SequenceNumber };
      });
    },
  };
}
