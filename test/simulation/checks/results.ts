import { createHash } from 'node:crypto';
import type { Result } from '../../../schemas/index.ts';
import { isOpinionOn } from '../oracle.ts';
import type { RecordSpec } from '../specs.ts';
import type { Place } from './places.ts';
import { Violation } from './violation.ts';

interface Identity {
  tenant: string;
  source: string;
  record_id: string;
}

/** Identifies a record among the records of all tenants. */
export function identityOf({ tenant, source, record_id }: Identity): string {
  return `${tenant} ${source} ${record_id}`;
}

export function versionOf(of: Identity & { record_version: number }): string {
  return `${identityOf(of)} ${of.record_version}`;
}

/** A row of the results table. */
export interface Row extends Identity {
  record_version: number;
  analysis_run: number;
  status: string;
  job_id: string | undefined;
  analyzer_version: string | undefined;
  /** Reads all fields of the row. */
  read(): Result;
}

/** A version of a record that is on the stream. */
interface ExpectedVersion {
  spec: RecordSpec;
  record_id: string;
  /** Times of arrival of the version, in ISO 8601. Replays arrive again. */
  arrivals: Set<string>;
  /** A job may have several lines with the same version of a record. */
  job_indexes: Set<number | undefined>;
  /** The replays that have published the version, by their start in epoch seconds. */
  runs: Set<number>;
}

/** Checks every row and every line at the time of its write. */
export interface ResultChecks {
  expect(place: Place): void;
  find(version: string): RecordSpec | undefined;
  onRow(row: Row, before: Row | undefined): void;
  onLine(line: Result): void;
  /** Tells whether the result of a place is in the results table and in the lake. */
  hasResult(place: Place): boolean;
  row(identity: string): Row | undefined;
  rows(): Iterable<Row>;
  /** Returns true if a line of the version is in the lake. */
  hasLine(version: string): boolean;
  versions(): Iterable<ExpectedVersion>;
}

export function createResultChecks(deps: {
  now: () => number;
  isDeployed: (analyzer_version: string) => boolean;
}): ResultChecks {
  const expected = new Map<string, ExpectedVersion>();
  const rows = new Map<string, Row>();
  let written = 0;
  const lines = new Map<string, Set<number>>();

  function expectedOf(result: Result): ExpectedVersion {
    const version = expected.get(versionOf(result));
    if (version === undefined)
      throw new Violation(`A result of ${versionOf(result)}, which is not on the stream`);
    check(result, version, deps);
    return version;
  }

  return {
    expect(place) {
      const { spec, id, arrived_at, run } = place;
      if (spec.kind !== 'record') return;
      const record_id = spec.record_id ?? id;
      const key = versionOf({ ...spec, record_id });
      const known = expected.get(key) ?? {
        spec,
        record_id,
        arrivals: new Set(),
        job_indexes: new Set(),
        runs: new Set(),
      };
      known.arrivals.add(arrived_at);
      known.job_indexes.add(spec.job_index);
      known.runs.add(run);
      expected.set(key, known);
    },
    find: (version) => expected.get(version)?.spec,
    onRow(row, before) {
      written += 1;
      // The line of each result is checked with all of its fields. Of the rows, every fourth is.
      if (written % 4 === 0) expectedOf(row.read());
      else if (!expected.has(versionOf(row)))
        throw new Violation(`A row of ${versionOf(row)}, which is not on the stream`);
      const identity = identityOf(row);
      if (before !== undefined && identityOf(before) !== identity)
        throw new Violation(`The row of ${identityOf(before)} was replaced by ${identity}`);
      if (before !== undefined && !isNewer(row, before))
        throw new Violation(`Doubled: ${versionOf(row)} replaced a row that is not older`);
      rows.set(identity, row);
    },
    onLine(line) {
      expectedOf(line);
      const row = rows.get(identityOf(line));
      const version = versionOf(line);
      if (row === undefined || isNewer(line, row))
        throw new Violation(`${version} has a line, but no row`);
      const runs = lines.get(version) ?? new Set();
      lines.set(version, runs.add(line.analysis_run ?? 0));
    },
    hasResult({ spec, id, run }) {
      if (spec.kind !== 'record') return false;
      const version = { ...spec, record_id: spec.record_id ?? id };
      const row = rows.get(identityOf(version));
      if (row === undefined || isNewer({ ...version, analysis_run: run }, row)) return false;
      return lines.get(versionOf(version))?.has(run) ?? false;
    },
    row: (identity) => rows.get(identity),
    rows: () => rows.values(),
    hasLine: (version) => lines.has(version),
    versions: () => expected.values(),
  };
}

interface Ordered {
  record_version: number;
  analysis_run?: number | undefined;
}

/** A higher version is newer. Within a version, the result of a later replay is newer. */
function isNewer(one: Ordered, other: Ordered): boolean {
  if (one.record_version !== other.record_version) {
    return one.record_version > other.record_version;
  }
  return (one.analysis_run ?? 0) > (other.analysis_run ?? 0);
}

function check(
  result: Result,
  { spec, arrivals, job_indexes, runs }: ExpectedVersion,
  { now, isDeployed }: { now: () => number; isDeployed: (version: string) => boolean },
): void {
  const fail: Fail = (what) => {
    throw new Violation(`${versionOf(result)}: ${what}`);
  };
  if (spec.claim !== undefined && spec.status !== 'withdrawn' && !isThere(spec, now()))
    fail('a result although the text is not on S3');
  if (result.status !== spec.status) fail(`status ${result.status}, expected ${spec.status}`);
  if (!runs.has(result.analysis_run ?? 0)) fail('a result of a replay that did not happen');
  if (!arrivals.has(result.arrived_at)) fail(`arrived at ${result.arrived_at}, when it did not`);
  const { created_at } = result;
  const is_replayed = (result.analysis_run ?? 0) > 0;
  const is_right =
    spec.created_at === undefined
      ? created_at === result.arrived_at || (is_replayed && arrivals.has(created_at))
      : created_at === spec.created_at;
  if (!is_right) fail(`created at ${created_at}`);
  if (!job_indexes.has(result.job_index)) fail('another job_index than the record');
  for (const name of CARRIED) {
    if (result[name] !== spec[name]) fail(`another ${name} than the record`);
  }
  checkAttributes(result, spec, fail);
  checkText(result, spec, fail);
  checkVerdict(result, spec, isDeployed, fail);
}

const CARRIED = ['source', 'job_id', 'author', 'url'] as const;

function isThere({ claim }: RecordSpec, now: number): boolean {
  return claim?.put_at !== undefined && claim.put_at <= now;
}

type Fail = (what: string) => void;

function checkAttributes({ attributes }: Result, spec: RecordSpec, fail: Fail): void {
  if (attributes === undefined && spec.attributes === undefined) return;
  const names = Object.keys(spec.attributes ?? {});
  const is_equal =
    Object.keys(attributes ?? {}).length === names.length &&
    names.every((name) => attributes?.[name] === String(spec.attributes?.[name]));
  if (!is_equal) fail('other attributes than the record');
}

function checkText({ text, text_hash, text_bytes }: Result, spec: RecordSpec, fail: Fail): void {
  if (spec.status === 'withdrawn') {
    if (text !== undefined) fail('a withdrawn record kept its text');
    return;
  }
  if (text === undefined || text.toWellFormed() !== spec.text) fail('another text');
  const measured = measure(spec.text);
  if (text_bytes !== measured.bytes) fail('another length of the text');
  if (text_hash !== measured.sha256) fail('another hash of the text');
}

const measures = new Map<string, { bytes: number; sha256: string }>();

/** Measures a text. The measures are kept, because every text is checked several times. */
function measure(text: string): { bytes: number; sha256: string } {
  const known = measures.get(text) ?? {
    bytes: Buffer.byteLength(text),
    sha256: createHash('sha256').update(text).digest('hex'),
  };
  if (measures.size > 5_000) measures.clear();
  measures.set(text, known);
  return known;
}

function checkVerdict(
  result: Result,
  spec: RecordSpec,
  isDeployed: (version: string) => boolean,
  fail: Fail,
): void {
  const { sentiment, scores, score, language_code, language_source, analyzer } = result;
  if (spec.status !== 'analyzed') {
    if (sentiment !== undefined || scores !== undefined) fail(`a verdict on ${spec.status}`);
    return;
  }
  const expected_source = spec.language === undefined ? 'detected' : 'given';
  if (language_source !== expected_source) fail(`a language that is ${language_source}`);
  if (spec.language !== undefined && language_code !== spec.language)
    fail(`language ${language_code}, expected ${spec.language}`);
  if (analyzer === undefined || !isDeployed(analyzer.version)) fail('an unknown analyzer');
  const asked = {
    text: spec.text,
    language_code: language_code ?? '',
    analyzer_version: analyzer?.version ?? '',
  };
  if (!isOpinionOn(asked, result)) fail('wrong verdict');
  const { positive = 0, negative = 0, neutral = 0, mixed = 0 } = scores ?? {};
  if (score !== Math.max(positive, negative, neutral, mixed))
    fail('another score than the highest');
}
