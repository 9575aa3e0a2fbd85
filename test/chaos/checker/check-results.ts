import { type Expectations, type ExpectedResult, versionKey } from './expectations.ts';
import { describeDifference, type VerdictOf } from './expected.ts';
import type { Findings } from './findings.ts';
import type { StoredResult } from './formats.ts';
import type { StoreContents } from './stores.ts';

interface Check {
  contents: StoreContents;
  expectations: Expectations;
  verdictOf: VerdictOf;
  findings: Findings;
}

/**
 * Checks that each expected version is in the results table and in the lake, that both contain
 * nothing else, and that every result is right.
 *
 * @returns the number of expected versions that were found.
 */
export function checkResults(check: Check): number {
  checkRows(check);
  checkLines(check);
  checkLakeTable(check);
  return countFound(check);
}

type Identity = Pick<ExpectedResult, 'tenant' | 'source' | 'record_id'>;

function recordKey({ tenant, source, record_id }: Identity): string {
  return `${tenant}#${source}#${record_id}`;
}

function countFound({ contents, expectations, findings }: Check): number {
  for (const description of expectations.missing) findings.add('lost', description);
  const rows = new Map(contents.rows.map((row) => [recordKey(row), row]));
  const lines = new Set(contents.lines.map(versionKey));
  let found = 0;
  for (const [key, expected] of expectations.results) {
    const row = rows.get(recordKey(expected));
    const has_row =
      row !== undefined && (row.record_version ?? 0) >= (expected.record_version ?? 0);
    if (has_row && lines.has(key)) found += 1;
    else if (expected.must_exist) {
      findings.add('lost', `${key} has ${has_row ? 'no line in the lake' : 'no row'}`);
    }
  }
  return found;
}

function checkRows({ contents, expectations, verdictOf, findings }: Check): void {
  const highest = new Map<string, number>();
  for (const expected of expectations.results.values()) {
    const key = recordKey(expected);
    if (!expected.must_exist) continue;
    highest.set(key, Math.max(expected.record_version ?? 0, highest.get(key) ?? 0));
  }
  const seen = new Set<string>();
  for (const row of contents.rows) {
    const key = recordKey(row);
    const expected = expectations.results.get(versionKey(row));
    if (expected === undefined || seen.has(key)) {
      findings.add('doubled', `${versionKey(row)} is an unexpected row`);
      continue;
    }
    seen.add(key);
    const version = highest.get(key) ?? 0;
    if ((row.record_version ?? 0) < version) {
      findings.add('wrong', `row ${key} has version ${row.record_version}, not ${version}`);
    }
    reportDifference('row', expected, row, { verdictOf, findings });
  }
}

function checkLines({ contents, expectations, verdictOf, findings }: Check): void {
  for (const line of contents.lines) {
    const expected = expectations.results.get(versionKey(line));
    if (expected === undefined) {
      findings.add('doubled', `${versionKey(line)} is an unexpected line of the lake`);
    } else {
      reportDifference('line', expected, line, { verdictOf, findings });
    }
  }
}

function reportDifference(
  place: 'row' | 'line',
  expected: ExpectedResult,
  result: StoredResult,
  { verdictOf, findings }: Pick<Check, 'verdictOf' | 'findings'>,
): void {
  const difference = describeDifference(expected, result, verdictOf);
  if (difference !== undefined) {
    findings.add('wrong', `${place} ${versionKey(result)}: ${difference}`);
  }
}

/** Checks that the lake's table says of each record what the results table says, and nothing else. */
function checkLakeTable({ contents, findings }: Check): void {
  const expected = new Map(
    contents.rows
      .filter(({ first_created_at }) => first_created_at !== undefined)
      .map((row) => [recordKey(row), writeState(row)]),
  );
  const seen = new Set<string>();
  for (const row of contents.lake_table) {
    const [tenant, source, record_id, ...state] = row.split('#');
    const key = `${tenant}#${source}#${record_id}`;
    if (!expected.has(key)) findings.add('doubled', `${key} is an unexpected row of the lake`);
    else if (seen.has(key)) findings.add('doubled', `${key} is in the table of the lake twice`);
    else if (state.join('#') !== expected.get(key)) {
      findings.add('wrong', `the table of the lake has ${row}, not ${expected.get(key)}`);
    }
    seen.add(key);
  }
  for (const key of expected.keys()) {
    if (!seen.has(key)) findings.add('lost', `${key} is not in the table of the lake`);
  }
}

function writeState({ record_version, revision, status }: StoredResult): string {
  return `${record_version ?? ''}#${revision}#${status}`;
}
