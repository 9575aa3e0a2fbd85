import { type Expectations, versionKey } from './expectations.ts';
import type { Findings } from './findings.ts';
import type { StoredResult, StoredVersion } from './formats.ts';
import type { StoreContents } from './stores.ts';

/** Fields of a record that its history must not have. */
const PRIVATE_FIELDS = ['text', 'author', 'url', 'attributes'];

/**
 * Compares the history with the rows and with the log of the lake. A line with a revision says what the
 * row of its record was at that revision. So each such line is the current version or a version of the
 * history. The history has no versions of records that were never sent, none that is as new as the row,
 * and no texts.
 */
export function checkHistory(
  { rows, lines, history }: StoreContents,
  { results }: Expectations,
  findings: Findings,
): void {
  const current = new Map(rows.map((row) => [recordKey(row), row]));
  const kept = new Set(history.map((version) => `${version.record_key} ${writeTimes(version)}`));
  for (const line of lines) {
    const key = recordKey(line);
    const row = current.get(key);
    if (line.revision === undefined || row === undefined) continue;
    if (writeTimes(line) === writeTimes(row) || kept.has(`${key} ${writeTimes(line)}`)) continue;
    findings.add('wrong_history', `${versionKey(line)} was replaced and is not in the history`);
  }
  for (const version of history) {
    const problem = describeProblem(version, current.get(version.record_key), results);
    if (problem !== undefined) {
      findings.add('wrong_history', `${version.record_key} has ${problem}`);
    }
  }
}

function describeProblem(
  version: StoredVersion,
  row: StoredResult | undefined,
  results: Expectations['results'],
): string | undefined {
  const { record_key, record_version, revision, status } = version;
  const expected = results.get(`${record_key}#${record_version ?? ''}`);
  if (row === undefined || expected === undefined) return 'a version that was never sent';
  if (revision >= (row.revision ?? 0))
    return `a past version ${revision} that is not before its row`;
  if (expected.status !== status) return `a past version that is ${status}, not ${expected.status}`;
  const fields = PRIVATE_FIELDS.filter((name) => name in version);
  return fields.length === 0 ? undefined : `a past version with its ${fields.join(' and ')}`;
}

function recordKey({ tenant, source, record_id }: StoredResult): string {
  return `${tenant}#${source}#${record_id}`;
}

/** Two versions of a record were accepted or processed at different times. */
function writeTimes({ stamp, processed_at }: { stamp: number; processed_at: string }): string {
  return `${stamp} ${processed_at}`;
}
