import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import type { PutOutcome, RecordStream } from '../../ingest/ports.ts';
import { quiet, serviceError } from '../clients.ts';

/** A Kinesis stream as a place to publish to. A successful PutRecords may still hold rejected records. */
export function createKinesisStream(deps: {
  client?: Pick<KinesisClient, 'send'>;
  stream_name: string;
}): RecordStream {
  const client = deps.client ?? quiet(new KinesisClient({}));
  return {
    async putRecords(entries) {
      const command = new PutRecordsCommand({
        StreamName: deps.stream_name,
        Records: entries.map(({ data, partition_key }) => ({
          Data: data,
          PartitionKey: partition_key,
        })),
      });
      const { Records = [] } = await client.send(command).catch((cause: unknown) => {
        throw serviceError('kinesis', cause);
      });
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
