import type { Result } from '../../schemas/index.ts';
import { deriveRecordId } from '../../schemas/index.ts';
import type { RecordSpec, Spec } from '../support/generated.ts';
import { isVerdictOf } from './oracle.ts';
import { type Stored, versionKey } from './services.ts';
import type { Shard, SimulatedStream, StreamRecord } from './stream.ts';
import { Violation } from './violation.ts';
import { type Specs, specKey } from './workload.ts';

/**
 * Creates a checker, which compares the contents of the stores with the records on the stream. The
 * checker runs during the simulation and at its end. The workload tells the checker the expected
 * outcome of each record. The checker uses no code of the product except for names and ids.
 */
export function createChecker(
  specs: Specs,
  stored: Stored,
  isCancelled: (job_id: string | undefined) => boolean,
) {
  const given_up = new Set<StreamRecord>();
  const specsOf = (record: StreamRecord): Spec[] => {
    const known = specs.get(specKey(record.data));
    if (known === undefined) throw new Violation('The stream holds bytes that no producer made');
    return known;
  };
  const expected = new Map<string, RecordSpec>();

  function hasEnded(shard: Shard, record: StreamRecord): boolean {
    if (given_up.has(record)) return true;
    const all = specsOf(record);
    return all.every((spec) => {
      if (spec.kind === 'poison') return asideOf(shard, record)?.reason === spec.reason;
      if (isCancelled(spec.job_id)) return true;
      const row = stored.rows.get(`${spec.tenant}#${spec.record_id}`);
      return (
        row !== undefined &&
        row.record_version >= spec.record_version &&
        stored.lines.has(versionKey(spec))
      );
    });
  }

  function asideOf({ shard_id }: Shard, { sequence_number, data }: StreamRecord) {
    const aside = stored.set_asides.get(deriveRecordId({ shard_id, sequence_number }));
    if (aside === undefined || !Buffer.from(aside.data_base64, 'base64').equals(data)) return;
    return aside;
  }

  return {
    onPut(record: StreamRecord): void {
      for (const spec of specsOf(record)) {
        if (spec.kind === 'record') expected.set(versionKey(spec), spec);
      }
    },
    onGivenUp(records: StreamRecord[]): void {
      for (const record of records) given_up.add(record);
    },
    /**
     * Checks that each record has an outcome before a checkpoint moves past the record. Otherwise
     * the record would be lost.
     */
    onCheckpoint(shard: Shard, records: StreamRecord[]): void {
      for (const record of records) {
        if (!hasEnded(shard, record)) {
          throw new Violation(`Lost: ${shard.shard_id}:${record.sequence_number} has no outcome`);
        }
      }
    },
    onRow(row: Result, before: Result | undefined): void {
      const spec = expected.get(versionKey(row));
      if (spec === undefined)
        throw new Violation('The results table has a row for a record that is not on the stream');
      if (before !== undefined && before.record_version >= row.record_version) {
        throw new Violation(`Doubled: ${versionKey(row)} replaced a row that is not older`);
      }
      check(row, spec);
    },
    someGivenUp: () => given_up.size > 0,
    atEnd(stream: SimulatedStream, acknowledged: Set<string>): void {
      for (const shard of stream.shards) {
        for (const record of shard.records) {
          if (!hasEnded(shard, record)) {
            throw new Violation(`Lost: ${shard.shard_id}:${record.sequence_number}`);
          }
        }
      }
      for (const key of acknowledged) {
        if (!expected.has(key)) throw new Violation(`Acknowledged, but not on the stream: ${key}`);
      }
      checkHighest(expected, stored, given_up.size > 0, isCancelled);
    },
  };
}

/**
 * Checks that each row has the highest version of its record. A lower version is allowed if Lambda
 * gave up on a batch.
 */
function checkHighest(
  expected: Map<string, RecordSpec>,
  stored: Stored,
  some_given_up: boolean,
  isCancelled: (job_id: string | undefined) => boolean,
): void {
  const highest = new Map<string, number>();
  for (const { tenant, record_id, record_version, job_id } of expected.values()) {
    if (isCancelled(job_id)) continue;
    const key = `${tenant}#${record_id}`;
    highest.set(key, Math.max(record_version, highest.get(key) ?? 0));
  }
  for (const [key, version] of highest) {
    const found = stored.rows.get(key)?.record_version ?? -1;
    if (found > version || (found < version && !some_given_up)) {
      throw new Violation(`${key}: the row has version ${found}, expected ${version}`);
    }
  }
}

function check(row: Result, spec: RecordSpec): void {
  if (row.status !== spec.status) {
    throw new Violation(`${versionKey(row)}: status ${row.status}, expected ${spec.status}`);
  }
  if (spec.status === 'analyzed' && !isVerdictOf(spec.text, row)) {
    throw new Violation(`Wrong verdict: ${versionKey(row)}`);
  }
  if (spec.status !== 'analyzed' && row.sentiment !== undefined) {
    throw new Violation(`${versionKey(row)}: a verdict on a record that is ${spec.status}`);
  }
  if (spec.status === 'withdrawn' && row.text !== undefined) {
    throw new Violation(`${versionKey(row)}: a withdrawn record kept its text`);
  }
}
