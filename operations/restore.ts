import type { KinesisStreamRecord } from 'aws-lambda';
import type { Publisher, PublishOutcome } from '../ingest/index.ts';
import { decode } from '../processors/stream/decode/decode.ts';
import type { FailedRecord, RecordInput, SetAside } from '../schemas/index.ts';

/** Contents of one place on the stream: a record with the id that it had there, or bytes that are not a record. */
export type Restorable =
  | { kind: 'record'; record: RecordInput & { record_id: string } }
  | { kind: 'bytes'; bytes: Uint8Array; set_aside: SetAside };

/**
 * Decodes a record of the stream as the consumer does. A record without an id keeps the id derived from its place, and
 * one without a time keeps its time of arrival. So it is the same record when it is back on the stream, and counts
 * once.
 */
export function readRestorables(failed: FailedRecord): Restorable[] {
  const { items, set_asides } = decode([failed as unknown as KinesisStreamRecord]);
  return [
    ...items.map(({ record, arrived_at }) => ({
      kind: 'record' as const,
      record: { ...record, created_at: record.created_at ?? arrived_at },
    })),
    ...set_asides.map((set_aside) => ({
      kind: 'bytes' as const,
      bytes: Buffer.from(set_aside.data_base64, 'base64'),
      set_aside,
    })),
  ];
}

export interface RestoreOutcome {
  accepted: number;
  failed: number;
  /** The distinct error codes of the failed records. */
  codes: string[];
}

/** Puts records and bytes back on the stream. */
export async function restore(
  publisher: Publisher,
  contents: Restorable[],
): Promise<RestoreOutcome> {
  const publishing = contents.map((one) =>
    one.kind === 'record'
      ? publisher.publish(one.record)
      : publisher.publishBytes(one.bytes, one.set_aside.partition_key),
  );
  await publisher.flush();
  const outcomes = await Promise.all(publishing);
  const failed = outcomes.filter(({ status }) => status !== 'accepted');
  return {
    accepted: outcomes.length - failed.length,
    failed: failed.length,
    codes: [...new Set(failed.map(codeOf))],
  };
}

function codeOf(outcome: PublishOutcome): string {
  if (outcome.status === 'failed') return outcome.code;
  return outcome.status === 'refused' ? outcome.reason : outcome.status;
}
