import type { RecordSpec } from './books.ts';
import {
  type Books,
  CALLER_TENANT,
  JOB_SOURCE,
  type JobBook,
  type PublishedEntry,
} from './books.ts';
import type { StreamEntry } from './read-stream.ts';

/** An expected version of a record. */
export interface ExpectedResult extends RecordSpec {
  record_id: string;
  /**
   * False if the version may be absent, because its producer got no acknowledgement or its job was
   * cancelled.
   */
  must_exist: boolean;
}

/** The contents that the stores must have. */
export interface Expectations {
  /** The expected versions of records. The keys come from {@link versionKey}. */
  results: Map<string, ExpectedResult>;
  /** The expected set-asides by id. */
  set_asides: Map<string, { reason: string; data: Buffer }>;
  /** Descriptions of acknowledged entries that are not on the stream. */
  missing: string[];
}

interface Version {
  tenant: string;
  source: string;
  record_id: string;
  record_version?: number | undefined;
}

export function versionKey(version: Version): string {
  const { tenant, source, record_id, record_version = '' } = version;
  return `${tenant}#${source}#${record_id}#${record_version}`;
}

/**
 * Derives the expected contents of the stores. The books name the records with ids. The stream
 * shows how often an entry without ids arrived, and at which positions.
 */
export function expectContents(books: Books, stream: StreamEntry[]): Expectations {
  const expectations: Expectations = { results: new Map(), set_asides: new Map(), missing: [] };
  const positions = findPositions(stream);
  for (const entry of books.entries) {
    addEntry(expectations, entry, positions.get(entry.bytes.toString('base64')) ?? []);
  }
  for (const job of books.jobs) addJob(expectations, job);
  return expectations;
}

/** Returns the ids of the positions at which each content is on the stream. */
function findPositions(stream: StreamEntry[]): Map<string, string[]> {
  const positions = new Map<string, string[]>();
  for (const { stream_name, shard_id, sequence_number, data } of stream) {
    const content = data.toString('base64');
    const found = positions.get(content) ?? [];
    positions.set(content, [...found, `${stream_name}:${shard_id}:${sequence_number}`]);
  }
  return positions;
}

function addEntry(
  expectations: Expectations,
  { specs, bytes, is_aggregate, acknowledged }: PublishedEntry,
  positions: string[],
): void {
  for (const [index, spec] of specs.entries()) {
    const needs_position = spec.kind === 'poison' || spec.record_id === undefined;
    if (!needs_position) {
      addResult(expectations, spec, spec.record_id, acknowledged);
      continue;
    }
    if (acknowledged && positions.length === 0) {
      expectations.missing.push('an acknowledged entry without an id is not on the stream');
    }
    for (const position of positions) {
      const derived_id = is_aggregate ? `${position}:${index}` : position;
      if (spec.kind === 'record') {
        addResult(expectations, spec, derived_id, true);
        continue;
      }
      expectations.set_asides.set(position, { reason: spec.reason, data: bytes });
      const { repaired } = spec;
      if (repaired !== undefined) {
        addResult(expectations, repaired, repaired.record_id ?? position, true);
      }
    }
  }
}

function addJob(expectations: Expectations, { job_id, texts, fate, cancellation }: JobBook): void {
  const must_exist = fate === 'complete' || cancellation === 'refused';
  for (const [index, text] of texts.entries()) {
    if (text === undefined) continue;
    const spec: RecordSpec = {
      kind: 'record',
      tenant: CALLER_TENANT,
      source: JOB_SOURCE,
      text,
      language: 'en',
      status: 'analyzed',
    };
    addResult(expectations, spec, `${job_id}:${index}`, must_exist);
  }
}

function addResult(
  { results }: Expectations,
  spec: RecordSpec,
  record_id = '',
  must_exist = true,
): void {
  const expected = { ...spec, record_id, must_exist };
  const before = results.get(versionKey(expected));
  results.set(versionKey(expected), {
    ...expected,
    must_exist: must_exist || before?.must_exist === true,
  });
}
