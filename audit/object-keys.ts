export const ENTRIES_PREFIX = 'entries/';
export const MANIFESTS_PREFIX = 'manifests/';

const SEQUENCE_DIGITS = 10;

/**
 * Returns the key of the object that begins with this line of a writer, for example
 * `entries/2026/11/27/cli-0d9c…/0000000001.jsonl`.
 *
 * @param written_at time of writing, in ISO 8601 and UTC.
 */
export function entriesKey(written_at: string, writer: string, sequence: number): string {
  const number = String(sequence).padStart(SEQUENCE_DIGITS, '0');
  return `${dayPrefix(written_at.slice(0, 10))}${writer}/${number}.jsonl`;
}

/** Returns the prefix of the objects of a day, for example `entries/2026/11/27/`. */
export function dayPrefix(day: string): string {
  return `${ENTRIES_PREFIX}${day.replaceAll('-', '/')}/`;
}

/** Returns the key of the manifest of a day, for example `manifests/2026/11/27.json`. */
export function manifestKey(day: string): string {
  return `${MANIFESTS_PREFIX}${day.replaceAll('-', '/')}.json`;
}

/** Returns the day in the key of an object or a manifest, or undefined if the key has none. */
export function dayOf(key: string): string | undefined {
  const [, year, month, day] = /^[a-z]+\/(\d{4})\/(\d{2})\/(\d{2})[./]/.exec(key) ?? [];
  return day === undefined ? undefined : `${year}-${month}-${day}`;
}
