import { readPlainText } from '../../processors/stream/decode/plain-bytes.ts';
import type { SetAside, SetAsideView } from '../../schemas/index.ts';
import type { SetAsideRef } from './ports.ts';

/** Number of bytes of a set-aside that a list shows, and number of characters of its text. */
const MOST_SHOWN = 2_000;

/** Describes a set-aside with the first of its bytes, and with its text if the bytes are one. */
export function describeSetAside(set_aside: SetAside, ref: SetAsideRef): SetAsideView {
  const { set_aside_id, reason, issues, source = null, arrived_at } = set_aside;
  const bytes = Buffer.from(set_aside.data_base64, 'base64');
  const { replayed_at } = ref;
  return {
    ...{ set_aside_id, reason, issues, source, arrived_at },
    set_aside_at: new Date(ref.set_aside_at).toISOString(),
    state: replayed_at === undefined ? 'open' : 'replayed',
    ...(replayed_at === undefined ? {} : { replayed_at: new Date(replayed_at).toISOString() }),
    bytes: bytes.length,
    data_hex: bytes.subarray(0, MOST_SHOWN).toString('hex'),
    text: readPlainText(bytes)?.slice(0, MOST_SHOWN).toWellFormed() ?? null,
  };
}
