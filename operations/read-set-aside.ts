import { decodeEntry } from '../processors/stream/decode/decode.ts';
import { ENVELOPE_NAMES, ENVELOPES, type EnvelopeName, type SetAside } from '../schemas/index.ts';
import { type Restorable, toRestorables } from './restore.ts';

/** Repairs the bytes of a set-aside. Returns undefined if the set-aside should not be replayed. */
export type Fix = (
  bytes: Uint8Array,
  set_aside: Omit<SetAside, 'data_base64'>,
) => Uint8Array | string | object | undefined | Promise<Uint8Array | string | object | undefined>;

/** Returns the bytes of a set-aside after the fix. Returns undefined if the fix leaves them. */
export async function applyFix(
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

/** The operator asks for the records, so the messages of all services are opened. */
const ALL_ENVELOPES: ReadonlySet<EnvelopeName> = new Set(ENVELOPE_NAMES);

/** Decodes repaired bytes as if they had come at the original position of the set-aside. */
export function readPlaced(set_aside: SetAside, bytes: Uint8Array): Restorable[] {
  const { stream_name, shard_id, sequence_number } = set_aside;
  const { sub_sequence_number, nested_numbers, partition_key, arrived_at } = set_aside;
  const place = { stream_name, shard_id, sequence_number };
  const position = { ...place, sub_sequence_number, nested_numbers };
  const entry = { bytes, position, partition_key, arrived_at, delivered_as: sequence_number };
  return toRestorables(decodeEntry(entry, ALL_ENVELOPES));
}

/** Returns the name of the service whose message a set-aside is. Undefined if it is none. */
export function nameEnvelope({ issues }: Pick<SetAside, 'issues'>): EnvelopeName | undefined {
  return ENVELOPE_NAMES.find((name) =>
    issues.some(({ message }) => message.startsWith(`is ${ENVELOPES[name]} `)),
  );
}
