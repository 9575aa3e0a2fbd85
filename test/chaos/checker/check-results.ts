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
  checkView(check);
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

/**
 * Checks that the view has one row for each version: what the results table had last of it, and if
 * it never was there, the latest replay.
 */
function checkView({ contents, findings }: Check): void {
  const lines = new Map<string, StoredResult>();
  for (const line of contents.lines) {
    const before = lines.get(versionKey(line));
    if (before === undefined || isLater(line, before)) lines.set(versionKey(line), line);
  }
  const latest = new Map([...lines].map(([key, line]) => [key, line.analysis_run ?? 0]));
  const seen = new Set<string>();
  for (const row of contents.view) {
    const at = row.lastIndexOf('#');
    const key = row.slice(0, at);
    const run = latest.get(key);
    if (run === undefined) findings.add('doubled', `${key} is an unexpected row of the view`);
    else if (seen.has(key)) findings.add('doubled', `${key} is in the view twice`);
    else if (run !== Number(row.slice(at + 1))) {
      findings.add('wrong', `the view has an earlier replay of ${key}`);
    }
    seen.add(key);
  }
  for (const key of latest.keys()) {
    if (!seen.has(key)) findings.add('lost', `${key} is not in the view`);
  }
}

function isLater(line: StoredResult, other: StoredResult): boolean {
  const { revision = 0, analysis_run: run = 0 } = line;
  const { revision: other_revision = 0, analysis_run: other_run = 0 } = other;
  return revision > other_revision || (revision === other_revision && run > other_run);
}
