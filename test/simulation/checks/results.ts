import type { Result } from '../../../schemas/index.ts';
import type { RecordSpec } from '../specs.ts';
import {
  type Acceptance,
  type Acceptances,
  type Accepted,
  compareAccepted,
  createAcceptances,
  type Identity,
  identityOf,
} from './acceptances.ts';
import { type CheckOptions, checkResult } from './check-result.ts';
import type { Place } from './places.ts';
import { Violation } from './violation.ts';

/** A row of the results table. */
export interface Row extends Identity {
  record_version: number | undefined;
  is_version_given: boolean;
  stamp: number;
  place: string;
  revision: number;
  analysis_run: number;
  status: string;
  created_at: string;
  first_created_at: string | undefined;
  job_id: string | undefined;
  analyzer_version: string | undefined;
  /** Reads all fields of the row. */
  read(): Result;
}

/** A row as it is, and what it was at each of its revisions. */
interface KnownRow {
  row: Row;
  revisions: Map<number, { result: Result; acceptance: Acceptance }>;
}

/** Checks every row and every line at the time of its write. */
export interface ResultChecks {
  acceptances: Acceptances;
  expect(place: Place): void;
  onRow(row: Row, before: Row | undefined): void;
  onLine(line: Result): void;
  /** Tells whether the result of a place is in the results table and in the lake. */
  hasResult(place: Place): boolean;
  /** Tells whether the result of a line of a job is in the results table and in the lake. */
  hasResultOf(spec: RecordSpec & { record_id: string }): boolean;
  row(identity: string): Row | undefined;
  rows(): Iterable<Row>;
  /** Returns the acceptance that a row has the content of. */
  acceptanceOf(row: Row): Acceptance;
}

export function createResultChecks(deps: CheckOptions): ResultChecks {
  const acceptances = createAcceptances();
  const rows = new Map<string, KnownRow>();
  /** The runs of the lines of each acceptance. */
  const lines = new Map<Acceptance, Set<number>>();

  /**
   * Finds the acceptance of a result, and checks the result against it.
   *
   * @param version the version that its producer gave. Replays do not know it.
   */
  function find(result: Result, version: number | undefined | 'any'): Acceptance {
    const candidates = acceptances
      .of(identityOf(result))
      .filter(({ stamp }) => stamp === result.stamp)
      .filter(({ spec }) => version === 'any' || spec.record_version === version);
    let problem: unknown;
    for (const candidate of candidates) {
      try {
        checkResult(result, candidate, deps);
        return candidate;
      } catch (error) {
        if (!(error instanceof Violation)) throw error;
        problem ??= error;
      }
    }
    throw problem ?? new Violation(`A result of ${identityOf(result)}, which is not on the stream`);
  }

  const findOfRow = (row: Row) =>
    find(row.read(), row.is_version_given ? row.record_version : undefined);

  function checkTimes(result: Result): void {
    const all = acceptances.of(identityOf(result));
    const times = new Set(all.flatMap(({ arrivals, created_at }) => [...arrivals, ...created_at]));
    for (const time of [result.created_at, result.first_created_at]) {
      if (time !== undefined && !times.has(time))
        throw new Violation(`${identityOf(result)} has the time ${time}, which is of no version`);
    }
  }

  /** Tells whether a row has the result of an acceptance at a place, or a newer one. */
  function isAsNew(row: Row, acceptance: Acceptance, place: Accepted) {
    const { record_version: version } = acceptance.spec;
    const { record_version: highest } = row;
    if (version !== undefined && version !== highest)
      return highest !== undefined && highest > version;
    const own = findOfRow(row);
    return (
      own === acceptance ||
      own.orders.some((order) => compareAccepted({ stamp: row.stamp, order }, place) >= 0)
    );
  }

  function hasLine(acceptance: Acceptance, run: number): boolean {
    return [...(lines.get(acceptance) ?? [])].some((line_run) => line_run >= run);
  }

  return {
    acceptances,
    expect(place) {
      const { spec, id } = place;
      if (spec.kind !== 'record') return;
      acceptances.add({ ...spec, record_id: spec.record_id ?? id }, place);
    },
    onRow(row, before) {
      const identity = identityOf(row);
      const result = row.read();
      const acceptance = findOfRow(row);
      checkTimes(result);
      if (before !== undefined) checkChange(row, before, acceptance, findOfRow(before));
      else if (row.status === 'withdrawn' && row.first_created_at !== undefined)
        throw new Violation(`${identity} has a first version, and only a withdrawal came`);
      if (row.status !== 'withdrawn' && row.first_created_at === undefined)
        throw new Violation(`${identity} has no first version`);
      const revisions = rows.get(identity)?.revisions ?? new Map();
      rows.set(identity, { row, revisions: revisions.set(row.revision, { result, acceptance }) });
    },
    onLine(line) {
      const found = rows.get(identityOf(line));
      if (found === undefined) throw new Violation(`${identityOf(line)} has a line, but no row`);
      checkTimes(line);
      const acceptance =
        line.revision === undefined
          ? find(line, line.analysis_run === undefined ? line.record_version : 'any')
          : checkLineOfRow(line, found.revisions.get(line.revision));
      lines.set(acceptance, (lines.get(acceptance) ?? new Set()).add(line.analysis_run ?? 0));
    },
    hasResult(place) {
      const { spec, id, run } = place;
      if (spec.kind !== 'record') return false;
      const record = { ...spec, record_id: spec.record_id ?? id };
      const row = rows.get(identityOf(record))?.row;
      const acceptance = acceptances.find(record, place.stamp);
      if (row === undefined || acceptance === undefined) return false;
      if (run === 0 && !isAsNew(row, acceptance, place)) return false;
      return hasLine(acceptance, run);
    },
    hasResultOf(spec) {
      const row = rows.get(identityOf(spec))?.row;
      return (
        row !== undefined &&
        acceptances
          .of(identityOf(spec))
          .some(
            (one) =>
              one.spec.job_id === spec.job_id &&
              one.job_indexes.has(spec.job_index) &&
              hasLine(one, 0),
          )
      );
    },
    row: (identity) => rows.get(identity)?.row,
    rows: () => [...rows.values()].map(({ row }) => row),
    acceptanceOf: findOfRow,
  };
}

/** Checks that a row changes only for a reason, and keeps what no later version changes. */
function checkChange(row: Row, before: Row, own: Acceptance, former: Acceptance): void {
  const identity = identityOf(row);
  const fail = (what: string) => {
    throw new Violation(`${identity}: ${what}`);
  };
  if (identityOf(before) !== identity) fail(`replaced the row of ${identityOf(before)}`);
  if (row.revision <= before.revision) fail('the revision did not rise');
  if (before.first_created_at !== undefined && row.first_created_at !== before.first_created_at)
    fail('another time of the first version');
  if ((row.record_version ?? -1) < (before.record_version ?? -1)) fail('the version fell');
  if (own === former) {
    const has_changed =
      row.analysis_run > before.analysis_run ||
      row.place > before.place ||
      row.record_version !== before.record_version;
    if (!has_changed) fail('Doubled: written again without a change');
    return;
  }
  const is_versioned = row.is_version_given && before.is_version_given;
  const is_lower = (row.record_version ?? 0) < (before.record_version ?? 0);
  const is_same = row.record_version === before.record_version;
  if (is_versioned ? is_lower || (is_same && row.stamp < before.stamp) : row.stamp < before.stamp)
    fail('Doubled: replaced a row that is not older');
}

/** Attributes of a row that its line does not have. */
const OWN_OF_TABLE = /_key$|_sort$|^(expires_at|place|content_hash|is_version_given)$/;

/**
 * Checks that a line says the same as the row had at its revision.
 *
 * @returns the acceptance that the row had the content of.
 */
function checkLineOfRow(
  line: Result,
  revision: { result: Result; acceptance: Acceptance } | undefined,
): Acceptance {
  const problemOf = (what: string) => new Violation(`The line of ${identityOf(line)}: ${what}`);
  if (revision === undefined) throw problemOf('a revision that its row never had');
  const { text: _text, ...fields } = line;
  const { text: _row_text, ...row_fields } = revision.result;
  for (const name of Object.keys(row_fields) as (keyof typeof row_fields)[]) {
    if (OWN_OF_TABLE.test(name)) continue;
    if (JSON.stringify(fields[name]) !== JSON.stringify(row_fields[name]))
      throw problemOf(`another ${name} than the row`);
  }
  return revision.acceptance;
}
