import type { RecordSpec } from '../support/generated.ts';
import type { PublishedEntry } from './produce.ts';
import type { Found, FoundRow } from './stores.ts';

/** What an independent look says of a text: the analyzer asked directly. */
export type Expected = (spec: RecordSpec, row: FoundRow) => string | undefined;

export interface Verdict {
  acknowledged: number;
  results: number;
  set_asides: number;
  failed: number;
  lost: number;
  doubled: number;
  wrong: number;
  /** The first few of what is not as it must be: ids and reasons, no texts. */
  findings: string[];
}

const MAX_FINDINGS = 20;

/**
 * Holds what was acknowledged to producers against what the stores hold. Shares nothing with the code that is judged:
 * a record is what its maker said that it is, a store is what the SDK reads.
 */
export function check(published: PublishedEntry[], found: Found, wrongAbout: Expected): Verdict {
  const verdict: Verdict = {
    acknowledged: 0,
    results: 0,
    set_asides: 0,
    failed: 0,
    lost: 0,
    doubled: 0,
    wrong: 0,
    findings: [],
  };
  const say = (kind: 'lost' | 'doubled' | 'wrong', what: string) => {
    verdict[kind] += 1;
    if (verdict.findings.length < MAX_FINDINGS) verdict.findings.push(`${kind}: ${what}`);
  };
  const rows = new Map(found.rows.map((row) => [`${row.tenant}#${row.record_id}`, row]));
  const specs = new Map<string, RecordSpec>();
  for (const { specs: all, bytes, acknowledged } of published) {
    const data = bytes.toString('latin1');
    const given_up = found.given_up.has(data);
    for (const spec of all) {
      if (acknowledged) verdict.acknowledged += 1;
      if (spec.kind === 'record') specs.set(versionOf(spec), spec);
      const end = endOf(spec, data, rows, found);
      if (end === 'row') verdict.results += 1;
      else if (end === 'set_aside') verdict.set_asides += 1;
      else if (given_up) verdict.failed += 1;
      else if (acknowledged) say('lost', nameOf(spec));
    }
  }
  checkRows(found, specs, wrongAbout, say);
  return verdict;
}

function endOf(
  spec: PublishedEntry['specs'][number],
  data: string,
  rows: Map<string, FoundRow>,
  found: Found,
): 'row' | 'set_aside' | undefined {
  if (spec.kind === 'poison') {
    return found.set_asides.get(data) === spec.reason ? 'set_aside' : undefined;
  }
  const row = rows.get(`${spec.tenant}#${spec.record_id}`);
  const is_there = row !== undefined && row.record_version >= spec.record_version;
  return is_there && found.lake.has(versionOf(spec)) ? 'row' : undefined;
}

function checkRows(
  found: Found,
  specs: Map<string, RecordSpec>,
  wrongAbout: Expected,
  say: (kind: 'lost' | 'doubled' | 'wrong', what: string) => void,
): void {
  const highest = new Map<string, number>();
  for (const spec of specs.values()) {
    const key = `${spec.tenant}#${spec.record_id}`;
    highest.set(key, Math.max(spec.record_version, highest.get(key) ?? 0));
  }
  const seen = new Set<string>();
  for (const row of found.rows) {
    const key = `${row.tenant}#${row.record_id}`;
    const spec = specs.get(versionOf(row));
    if (spec === undefined || seen.has(key)) {
      say('doubled', `${versionOf(row)} is a row of nothing that was published`);
      continue;
    }
    seen.add(key);
    if (row.record_version < highest.get(key)! && found.given_up.size === 0) {
      say('wrong', `${key} has version ${row.record_version}, not ${highest.get(key)}`);
    }
    const why = row.status === spec.status ? wrongAbout(spec, row) : `status ${row.status}`;
    if (why !== undefined) say('wrong', `${versionOf(row)}: ${why}`);
  }
  const in_view = new Set<string>();
  for (const key of found.view) {
    if (in_view.has(key)) say('doubled', `${key} is twice in the view`);
    in_view.add(key);
    if (!specs.has(key)) say('doubled', `${key} is a line of nothing that was published`);
  }
}

function versionOf(of: { tenant: string; record_id: string; record_version: number }): string {
  return `${of.tenant}#${of.record_id}#${of.record_version}`;
}

function nameOf(spec: PublishedEntry['specs'][number]): string {
  return spec.kind === 'poison' ? `a set-aside for ${spec.reason}` : versionOf(spec);
}
