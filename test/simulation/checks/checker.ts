import type { Result, SetAside } from '../../../schemas/index.ts';
import type { RecordSpec, Spec, Specs } from '../specs.ts';
import type { SimulatedStream, StreamRecord } from '../stream.ts';
import { findCurrent, identityOf } from './acceptances.ts';
import { createPlaces, type Place } from './places.ts';
import { createResultChecks, type Row } from './results.ts';
import { Violation } from './violation.ts';

export interface CheckerDeps {
  specs: Specs;
  restore_key: string;
  now: () => number;
  isDeployed: (analyzer_version: string) => boolean;
  /** Returns true if the record belongs to a cancelled job of its tenant. */
  isCancelled: (of: { tenant: string; job_id?: string | undefined }) => boolean;
  cancelledAt: (job_id: string) => number | undefined;
  /** Returns the expected outcome of a line of a job's input. */
  lineOf: (job_id: string, job_index: number) => RecordSpec | undefined;
}

export type Checker = ReturnType<typeof createChecker>;

/**
 * Creates a checker, which compares the contents of the stores with the records on the stream. The
 * checker runs at every write and at the end of the simulation. The workload tells the checker the
 * expected outcome of each record. The checker uses no code of the product.
 */
export function createChecker(deps: CheckerDeps) {
  const { specs, restore_key, now, isDeployed, isCancelled, lineOf } = deps;
  const results = createResultChecks({ now, isDeployed });
  const places = createPlaces({
    specs,
    restore_key,
    lineOf,
    findAccepted: (record) => results.acceptances.of(identityOf(record)),
  });
  const set_asides = new Map<string, SetAside>();
  /** The records of each failure report, by the key of the report. */
  const given_up = new Map<string, StreamRecord[]>();
  const failed = new Set<StreamRecord>();
  /** The places whose set-asides are marked as replayed. */
  const replayed = new Set<Place>();

  function hasEnded(place: Place): boolean {
    const { spec } = place;
    if (set_asides.has(place.id) && !isRepaired(place)) return true;
    if (spec.kind === 'poison') return false;
    return isCancelled(spec) || results.hasResult(place);
  }

  /** True if the place stands for the record that operators have made of a bad entry. */
  function isRepaired(place: Place): boolean {
    return place.spec !== places.byId(place.id)?.spec && place.spec.kind === 'record';
  }

  const notEnded = (record: StreamRecord) => places.of(record).find((place) => !hasEnded(place));

  function checkSetAside(set_aside: SetAside): void {
    const { set_aside_id, reason, data_base64, partition_key, arrived_at } = set_aside;
    const place = places.byId(set_aside_id);
    const fail = (what: string) => {
      throw new Violation(`Set-aside ${set_aside_id}: ${what}`);
    };
    if (place === undefined)
      throw new Violation(`Set-aside ${set_aside_id}: there was no record at this position`);
    if (!mayBeAside(place.spec, reason, place.arrived_at)) fail(`${reason} does not apply`);
    if (!Buffer.from(data_base64, 'base64').equals(place.bytes)) fail('has other bytes');
    if (partition_key !== place.partition_key) fail('has another partition key');
    if (arrived_at !== place.arrived_at) fail('has another time of arrival');
  }

  return {
    results,
    places,
    onPut(record: StreamRecord): void {
      for (const place of places.add(record)) results.expect(place);
    },
    onRow(row: Row, before: Row | undefined): void {
      results.onRow(row, before);
      checkNotCancelled(row, deps);
    },
    onLine: (line: Result) => results.onLine(line),
    onSetAside(set_aside: SetAside): void {
      checkSetAside(set_aside);
      set_asides.set(set_aside.set_aside_id, set_aside);
    },
    onGivenUp(key: string, records: StreamRecord[]): void {
      given_up.set(key, records);
      for (const record of records) failed.add(record);
    },
    /**
     * Checks that each record has an outcome before a checkpoint moves past the record. Otherwise
     * the record would be lost.
     */
    onCheckpoint(records: StreamRecord[]): void {
      for (const record of records) {
        const open = failed.has(record) ? undefined : notEnded(record);
        if (open !== undefined) throw new Violation(`Lost: ${open.id} has no outcome`);
      }
    },
    /**
     * Checks that a failure report or a set-aside is marked as restored only after all of its
     * records are on the stream again. Bad bytes that have a set-aside stay where they are.
     */
    onMark(key: string): void {
      const records = given_up.get(key);
      const marked =
        records === undefined ? [places.byId(key)] : records.flatMap((record) => places.of(record));
      for (const place of marked) {
        if (place === undefined) throw new Violation(`The mark ${key} belongs to nothing`);
        if (records === undefined) replayed.add(place);
        const is_aside = records !== undefined && set_asides.has(place.id);
        if (!place.is_restored && !is_aside)
          throw new Violation(`${key} is marked as restored, but ${place.id} is not on the stream`);
      }
    },
    countSetAsides: () => set_asides.size,
    /** Checks at the end of the simulation that each record has its outcome. */
    atEnd(stream: SimulatedStream): void {
      for (const record of stream.shards.flatMap(({ records }) => records)) {
        const open = notEnded(record);
        if (open !== undefined) throw new Violation(`Lost: ${open.id}`);
      }
      for (const place of replayed) {
        const { spec, id } = place;
        const needs_result = spec.kind === 'record' && spec.status !== 'refused';
        if (needs_result && !isCancelled(spec) && !results.hasResult(place))
          throw new Violation(`Lost: the set-aside ${id} was replayed, but has no result`);
      }
      checkCurrent(results, isCancelled);
    },
  };
}

/** Time after which every batch has ended that began before a cancellation, in milliseconds. */
const BATCH_MS = 150_000;

/** Checks that the consumer drops the records of a job that was cancelled before the batch. */
function checkNotCancelled(row: Row, { isCancelled, cancelledAt, now }: CheckerDeps): void {
  if (row.job_id === undefined || !isCancelled(row)) return;
  if (now() - (cancelledAt(row.job_id) ?? 0) > BATCH_MS)
    throw new Violation(`A result of ${row.record_id}, whose job was cancelled long before`);
}

/** Decides whether a record may be set aside for a reason. */
function mayBeAside(spec: Spec, reason: string, arrived_at: string): boolean {
  if (spec.kind === 'poison') return spec.reason === reason;
  const { claim, status } = spec;
  if (reason === 'refused_by_analyzer') {
    return status === 'refused' && (claim === undefined || claim.put_at !== undefined);
  }
  if (reason !== 'text_missing' || claim === undefined) return false;
  return claim.put_at === undefined || claim.put_at >= Date.parse(arrived_at);
}

/** Checks that each row says what the last acceptance of its record said. */
function checkCurrent(
  results: ReturnType<typeof createResultChecks>,
  isCancelled: CheckerDeps['isCancelled'],
): void {
  for (const identity of results.acceptances.identities()) {
    const ended = results.acceptances
      .of(identity)
      .filter(({ spec }) => !(isCancelled(spec) || spec.status === 'refused' || isMissing(spec)));
    const expected = findCurrent(ended);
    if (expected === undefined) continue;
    const row = results.row(identity);
    if (row === undefined) throw new Violation(`Lost: ${identity} has no row`);
    if (row.record_version !== expected.record_version) {
      const versions = `${row.record_version}, expected ${expected.record_version}`;
      throw new Violation(`${identity}: the row has version ${versions}`);
    }
    if (results.acceptanceOf(row) !== expected.current)
      throw new Violation(`${identity}: the row is not of the last acceptance`);
  }
}

function isMissing({ claim }: Spec & { kind: 'record' }): boolean {
  return claim !== undefined && claim.put_at !== 0;
}
