import type { RecordSpec } from '../support/generated.ts';
import type { PublishedEntry } from './produce.ts';
import type { StoreContents, StoredRow } from './stores.ts';

/**
 * Compares a row with the analyzer's own answer.
 *
 * @returns a description of the difference, or undefined if there is no difference.
 */
export type VerdictCheck = (spec: RecordSpec, row: StoredRow) => string | undefined;

export interface CheckReport {
  acknowledged: number;
  results: number;
  set_asides: number;
  failed: number;
  lost: number;
  doubled: number;
  wrong: number;
  /** Descriptions of the first broken promises. They contain ids and reasons but no texts. */
  findings: string[];
}

type AddFinding = (kind: 'lost' | 'doubled' | 'wrong', description: string) => void;

const MAX_FINDINGS = 20;

/**
 * Compares the acknowledged records with the contents of the stores. The generator's specs describe
 * the expected results. The check uses no code of the product. If the check shared code with the
 * product, a bug in this code could go unnoticed.
 */
export function checkStores(
  published: PublishedEntry[],
  contents: StoreContents,
  checkVerdict: VerdictCheck,
): CheckReport {
  const report: CheckReport = {
    acknowledged: 0,
    results: 0,
    set_asides: 0,
    failed: 0,
    lost: 0,
    doubled: 0,
    wrong: 0,
    findings: [],
  };
  const addFinding: AddFinding = (kind, description) => {
    report[kind] += 1;
    if (report.findings.length < MAX_FINDINGS) report.findings.push(`${kind}: ${description}`);
  };
  const rows = new Map(contents.rows.map((row) => [`${row.tenant}#${row.record_id}`, row]));
  const specs = new Map<string, RecordSpec>();
  for (const { specs: all, bytes, acknowledged } of published) {
    const data = bytes.toString('latin1');
    const given_up = contents.given_up.has(data);
    for (const spec of all) {
      if (acknowledged) report.acknowledged += 1;
      if (spec.kind === 'record') specs.set(versionKeyOf(spec), spec);
      const place = findPlace(spec, data, rows, contents);
      if (place === 'row') report.results += 1;
      else if (place === 'set_aside') report.set_asides += 1;
      else if (given_up) report.failed += 1;
      else if (acknowledged) addFinding('lost', describeSpec(spec));
    }
  }
  checkRows(contents, specs, checkVerdict, addFinding);
  return report;
}

function findPlace(
  spec: PublishedEntry['specs'][number],
  data: string,
  rows: Map<string, StoredRow>,
  contents: StoreContents,
): 'row' | 'set_aside' | undefined {
  if (spec.kind === 'poison') {
    return contents.set_asides.get(data) === spec.reason ? 'set_aside' : undefined;
  }
  const row = rows.get(`${spec.tenant}#${spec.record_id}`);
  const is_current = row !== undefined && row.record_version >= spec.record_version;
  return is_current && contents.lake.has(versionKeyOf(spec)) ? 'row' : undefined;
}

function checkRows(
  contents: StoreContents,
  specs: Map<string, RecordSpec>,
  checkVerdict: VerdictCheck,
  addFinding: AddFinding,
): void {
  const highest = new Map<string, number>();
  for (const spec of specs.values()) {
    const key = `${spec.tenant}#${spec.record_id}`;
    highest.set(key, Math.max(spec.record_version, highest.get(key) ?? 0));
  }
  const seen = new Set<string>();
  for (const row of contents.rows) {
    const key = `${row.tenant}#${row.record_id}`;
    const spec = specs.get(versionKeyOf(row));
    if (spec === undefined || seen.has(key)) {
      addFinding('doubled', `${versionKeyOf(row)} is an unexpected row`);
      continue;
    }
    seen.add(key);
    if (row.record_version < highest.get(key)! && contents.given_up.size === 0) {
      addFinding('wrong', `${key} has version ${row.record_version}, not ${highest.get(key)}`);
    }
    const difference =
      row.status === spec.status ? checkVerdict(spec, row) : `status ${row.status}`;
    if (difference !== undefined) addFinding('wrong', `${versionKeyOf(row)}: ${difference}`);
  }
  const in_view = new Set<string>();
  for (const key of contents.view) {
    if (in_view.has(key)) addFinding('doubled', `${key} is in the view twice`);
    in_view.add(key);
    if (!specs.has(key)) addFinding('doubled', `${key} is an unexpected line of the view`);
  }
}

function versionKeyOf(version: {
  tenant: string;
  record_id: string;
  record_version: number;
}): string {
  return `${version.tenant}#${version.record_id}#${version.record_version}`;
}

function describeSpec(spec: PublishedEntry['specs'][number]): string {
  return spec.kind === 'poison' ? `a set-aside for ${spec.reason}` : versionKeyOf(spec);
}
