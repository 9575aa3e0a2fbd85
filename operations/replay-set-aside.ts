import type { Publisher } from '../ingest/index.ts';
import { hashText, type SetAside } from '../schemas/index.ts';
import type { LongTexts, Marks } from './ports.ts';
import { type Restorable, readRestorables, restore } from './restore.ts';

/** Repairs the bytes of a set-aside. Returns undefined if the set-aside should not be replayed. */
export type Fix = (
  bytes: Uint8Array,
  set_aside: Omit<SetAside, 'data_base64'>,
) => Uint8Array | string | object | undefined | Promise<Uint8Array | string | object | undefined>;

export type SetAsideReplayOutcome =
  /** The records of the set-aside were put on the stream again. */
  | { status: 'replayed'; records: number }
  /** In a dry run, the number of records that a replay would put on the stream again. */
  | { status: 'would_replay'; records: number }
  /** An earlier replay has put the set-aside on the stream again. */
  | { status: 'done_before' }
  /**
   * The set-aside was not replayed. Either the fix returned undefined, or a repaired record is
   * still invalid or lacks its long text. `reason` says which case applies.
   */
  | { status: 'left'; reason: string }
  | { status: 'failed'; codes: string[] };

export interface SetAsideReplayDeps {
  marks: Marks;
  publisher: Publisher;
  claims: LongTexts;
  fix: Fix | undefined;
  dry_run: boolean;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

/**
 * Repairs a set-aside and puts its records on the stream again. A record without an id of its own
 * gets the id that is derived from its original position on the stream.
 */
export async function replaySetAside(
  deps: SetAsideReplayDeps,
  set_aside: SetAside,
): Promise<SetAsideReplayOutcome> {
  const { set_aside_id } = set_aside;
  if ((await deps.marks.get(set_aside_id)) !== undefined) return { status: 'done_before' };
  const bytes = await applyFix(deps.fix, set_aside);
  if (bytes === undefined) return { status: 'left', reason: 'left by the fix' };
  const contents = readRestorables(toStreamRecord(set_aside, bytes)).map((one) =>
    keepId(one, set_aside),
  );
  for (const one of contents) {
    if (one.kind === 'bytes') return { status: 'left', reason: one.set_aside.reason };
    if (await lacksText(deps.claims, one)) return { status: 'left', reason: 'text_missing' };
  }
  if (deps.dry_run) return { status: 'would_replay', records: contents.length };
  const { accepted, failed, codes } = await restore(deps.publisher, contents);
  if (failed > 0) return { status: 'failed', codes };
  const restored_at = new Date(deps.now()).toISOString();
  await deps.marks.put(set_aside_id, { restored_at, records: accepted });
  return { status: 'replayed', records: accepted };
}

async function applyFix(
  fix: Fix | undefined,
  set_aside: SetAside,
): Promise<Uint8Array | undefined> {
  const { data_base64, ...about } = set_aside;
  const bytes = Buffer.from(data_base64, 'base64');
  if (fix === undefined) return bytes;
  const fixed = await fix(bytes, about);
  if (fixed === undefined || fixed instanceof Uint8Array) return fixed;
  return Buffer.from(typeof fixed === 'string' ? fixed : JSON.stringify(fixed));
}

function toStreamRecord(set_aside: SetAside, bytes: Uint8Array) {
  const { shard_id, sequence_number, partition_key, arrived_at } = set_aside;
  return {
    eventID: `${shard_id}:${sequence_number}`,
    kinesis: {
      partitionKey: partition_key,
      sequenceNumber: sequence_number,
      data: Buffer.from(bytes).toString('base64'),
      approximateArrivalTimestamp: Date.parse(arrived_at) / 1_000,
    },
  };
}

/**
 * Returns whether the long text of a record is missing in the claim store or has another hash. The
 * consumer would set such a record aside again.
 */
async function lacksText(
  claims: LongTexts,
  { record: { tenant, text_claim, deleted } }: Restorable & { kind: 'record' },
): Promise<boolean> {
  if (text_claim === undefined || deleted) return false;
  const text = await claims.get(tenant, text_claim);
  return text === undefined || hashText(text) !== text_claim;
}

/**
 * Restores the original id of a record if the id was derived from a position in a KPL aggregate.
 * The original id ends with the sub-sequence number of the record in the aggregate. The repaired
 * bytes are no longer part of the aggregate, so decoding derives an id without that number.
 */
function keepId(one: Restorable, set_aside: SetAside): Restorable {
  const { shard_id, sequence_number, sub_sequence_number, set_aside_id } = set_aside;
  if (one.kind !== 'record' || sub_sequence_number === undefined) return one;
  const has_derived_id = one.record.record_id === `${shard_id}:${sequence_number}`;
  return has_derived_id ? { ...one, record: { ...one.record, record_id: set_aside_id } } : one;
}
