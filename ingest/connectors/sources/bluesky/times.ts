const ALPHABET = '234567abcdefghijklmnopqrstuvwxyz';

/**
 * Returns the microseconds since 1970 that a revision holds, or undefined if it has another form. A
 * revision is a TID: 64 bits in base 32, of which the last 10 name the clock. Revisions of a
 * repository always rise. Source: https://atproto.com/specs/tid
 */
export function readRevision(rev: string): number | undefined {
  if (!/^[234567a-j][234567a-z]{12}$/.test(rev)) return undefined;
  let bits = 0n;
  for (const letter of rev) bits = (bits << 5n) | BigInt(ALPHABET.indexOf(letter));
  return Number(bits >> 10n);
}

/** Returns the microseconds since 1970 of a time in ISO 8601, which `Date` would cut to milliseconds. */
export function readMicroseconds(time: string): number {
  const [, fraction = ''] = /\.(\d+)/.exec(time) ?? [];
  const seconds = Math.floor(Date.parse(time) / 1_000);
  return seconds * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}
