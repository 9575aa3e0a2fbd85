import type { KinesisStreamRecord } from 'aws-lambda';
import type { Publisher, PublishOutcome } from '../ingest/index.ts';
import { decode } from '../processors/stream/decode/decode.ts';
import type { FailedRecord, RecordInput, SetAside } from '../schemas/index.ts';

/** What stood at one place of the stream: records under the identity that they had there, or bytes that are none. */
export type Restorable =
  | { kind: 'record'; record: RecordInput & { record_id: string } }
  | { kind: 'bytes'; bytes: Uint8Array; set_aside: SetAside };

/**
 * Reads what was on the stream as the consumer did. A record that had no id of its own keeps the one that its place gave
 * it, and its time of arrival where it had no other: put back, it is the same record, and counts once.
 */
export function restorable(failed: FailedRecord): Restorable[] {
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

export interface Restored {
  accepted: number;
  failed: number;
  /** Codes of those that failed, once each. */
  codes: string[];
}

/** Puts all of it on the stream. */
export async function restore(publisher: Publisher, found: Restorable[]): Promise<Restored> {
  const publishing = found.map((one) =>
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
