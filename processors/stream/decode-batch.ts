import type { KinesisStreamRecord } from 'aws-lambda';
import { isRestored, ServiceError } from '../../schemas/index.ts';
import { callBefore } from '../deadline.ts';
import type { BatchContext } from './batch.ts';
import { type Decoded, decode } from './decode/decode.ts';

/**
 * Returns the key that signs what operators put back on the stream.
 *
 * @throws {ServiceError} if the key cannot be read.
 */
export type RestoreKey = () => Promise<string>;

/**
 * Decodes a batch and counts its records. The key is read only if the batch has restored records.
 * If the key cannot be read, only the restored records fail.
 */
export async function decodeBatch(
  records: KinesisStreamRecord[],
  restoreKey: RestoreKey,
  { analysis, tally }: BatchContext,
): Promise<Decoded> {
  const restored = records.filter(({ kinesis }) => isRestored(kinesis.data));
  try {
    const key =
      restored.length === 0
        ? undefined
        : await callBefore(analysis, 'secretsmanager', () => restoreKey());
    return count(decode(records, key), tally);
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
    const { code } = cause;
    tally.records += restored.length;
    tally.addFailed(
      restored.map(({ kinesis }) => ({
        stage: 'restore_key',
        code,
        delivered_as: kinesis.sequenceNumber,
      })),
    );
    return count(decode(records.filter((record) => !restored.includes(record))), tally);
  }
}

function count(decoded: Decoded, tally: BatchContext['tally']): Decoded {
  tally.records += decoded.items.length + decoded.rejected.length;
  return decoded;
}
