import type { Expectations } from './expectations.ts';
import type { Findings } from './findings.ts';
import type { StoreContents } from './stores.ts';

/**
 * Checks that each invalid entry on the stream has exactly one set-aside, with its bytes and its
 * reason, and that every given-up batch is back on the stream.
 *
 * @returns the number of expected set-asides that were found.
 */
export function checkSetAsides(
  contents: StoreContents,
  { set_asides }: Expectations,
  findings: Findings,
): number {
  const stored = new Map(contents.set_asides.map((one) => [one.set_aside_id, one]));
  let found = 0;
  for (const [id, { reason, data }] of set_asides) {
    const one = stored.get(id);
    if (one === undefined) findings.add('lost', `${id} has no set-aside for ${reason}`);
    else if (one.reason !== reason) {
      findings.add('wrong', `set-aside ${id} has the reason ${one.reason}, not ${reason}`);
    } else if (!data.equals(Buffer.from(one.data_base64, 'base64'))) {
      findings.add('wrong', `set-aside ${id} has other bytes`);
    } else found += 1;
  }
  for (const id of stored.keys()) {
    if (!set_asides.has(id)) findings.add('doubled', `${id} is an unexpected set-aside`);
  }
  for (const { key, is_put_back } of contents.given_up) {
    if (!is_put_back) findings.add('lost', `batch ${key} is not back on the stream`);
  }
  return found;
}
