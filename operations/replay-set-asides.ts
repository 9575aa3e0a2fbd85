import type { Publisher } from '../ingest/index.ts';
import type { SetAside } from '../schemas/index.ts';
import type { Marks } from './ports.ts';
import { type Restorable, restorable, restore } from './restore.ts';

/** Mends the bytes of a set-aside; undefined leaves it where it is. */
export type Fix = (
  bytes: Uint8Array,
  set_aside: Omit<SetAside, 'data_base64'>,
) => Uint8Array | string | object | undefined | Promise<Uint8Array | string | object | undefined>;

export type ReplayOutcome =
  /** It is on the stream again, `records` of it. */
  | { status: 'replayed'; records: number }
  /** It would be; nothing was done. */
  | { status: 'would_replay'; records: number }
  /** It was put back before. */
  | { status: 'done_before' }
  /** The fix leaves it, or it would only be set aside again, for that reason. */
  | { status: 'left'; reason: string }
  | { status: 'failed'; codes: string[] };

export interface ReplayDeps {
  marks: Marks;
  publisher: Publisher;
  fix: Fix | undefined;
  dry_run: boolean;
  /** Epoch milliseconds. */
  now: () => number;
}

/** Puts a set-aside back on the stream, mended, under the identity that its place gave it. */
export async function replaySetAside(
  deps: ReplayDeps,
  set_aside: SetAside,
): Promise<ReplayOutcome> {
  const { set_aside_id } = set_aside;
  if ((await deps.marks.get(set_aside_id)) !== undefined) return { status: 'done_before' };
  const bytes = await mended(deps.fix, set_aside);
  if (bytes === undefined) return { status: 'left', reason: 'left by the fix' };
  const found = restorable(recordOf(set_aside, bytes)).map((one) => identified(one, set_aside));
  const [unreadable] = found.flatMap((one) => (one.kind === 'bytes' ? [one.set_aside] : []));
  if (unreadable !== undefined) return { status: 'left', reason: unreadable.reason };
  if (deps.dry_run) return { status: 'would_replay', records: found.length };
  const { accepted, failed, codes } = await restore(deps.publisher, found);
  if (failed > 0) return { status: 'failed', codes };
  const restored_at = new Date(deps.now()).toISOString();
  await deps.marks.put(set_aside_id, { restored_at, records: accepted });
  return { status: 'replayed', records: accepted };
}

async function mended(fix: Fix | undefined, set_aside: SetAside): Promise<Uint8Array | undefined> {
  const { data_base64, ...about } = set_aside;
  const bytes = Buffer.from(data_base64, 'base64');
  if (fix === undefined) return bytes;
  const fixed = await fix(bytes, about);
  if (fixed === undefined || fixed instanceof Uint8Array) return fixed;
  return Buffer.from(typeof fixed === 'string' ? fixed : JSON.stringify(fixed));
}

function recordOf(set_aside: SetAside, bytes: Uint8Array) {
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

/** A sub-record of an aggregate stands at a place of its own, which these bytes alone no longer tell. */
function identified(one: Restorable, set_aside: SetAside): Restorable {
  const { shard_id, sequence_number, sub_sequence_number, set_aside_id } = set_aside;
  if (one.kind !== 'record' || sub_sequence_number === undefined) return one;
  const is_derived = one.record.record_id === `${shard_id}:${sequence_number}`;
  return is_derived ? { ...one, record: { ...one.record, record_id: set_aside_id } } : one;
}
