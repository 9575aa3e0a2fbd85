import type { RecordSpec } from '../specs.ts';

/** Identifies a record among the records of all tenants. */
export interface Identity {
  tenant: string;
  source: string;
  record_id: string;
}

export function identityOf({ tenant, source, record_id }: Identity): string {
  return `${tenant} ${source} ${record_id}`;
}

/**
 * Orders the records of a stream by sequence number and by their numbers in aggregates, and the
 * records of a job by their lines.
 */
export interface Order {
  kind: 'stream' | 'job';
  numbers: bigint[];
}

/** When and where a record was accepted. The documentation says how records are ordered by it. */
export interface Accepted {
  /** In epoch milliseconds. */
  stamp: number;
  order: Order;
}

/** One acceptance of a record. A resend repeats it at another place. */
export interface Acceptance extends Identity {
  spec: RecordSpec;
  stamp: number;
  /** The places at which it came to the stream, without those of replays. */
  orders: Order[];
  /** Times of arrival, in ISO 8601. Replays arrive again. */
  arrivals: Set<string>;
  /** Times of creation that its producer gave. */
  created_at: Set<string | undefined>;
  /** A job may have several lines that say the same of a record. */
  job_indexes: Set<number | undefined>;
  /** The replays that have published it, by their start in epoch seconds. */
  runs: Set<number>;
}

/** All acceptances that came to the stream. */
export interface Acceptances {
  /** Adds a place. A replay adds no place to the order. */
  add(spec: NamedSpec, place: Place): void;
  find(spec: NamedSpec, stamp: number): Acceptance | undefined;
  /** Returns the acceptances of a record. */
  of(identity: string): Acceptance[];
  identities(): Iterable<string>;
}

type NamedSpec = RecordSpec & { record_id: string };

interface Place extends Accepted {
  arrived_at: string;
  run: number;
}

export function createAcceptances(): Acceptances {
  const all = new Map<string, Acceptance[]>();
  const find = (spec: NamedSpec, stamp: number) =>
    all.get(identityOf(spec))?.find((one) => one.stamp === stamp && saysSame(one.spec, spec));
  return {
    find,
    add(spec, { stamp, order, arrived_at, run }) {
      const identity = identityOf(spec);
      const known = all.get(identity) ?? [];
      all.set(identity, known);
      const { tenant, source, record_id } = spec;
      let found = find(spec, stamp);
      if (found === undefined) {
        found = {
          ...{ tenant, source, record_id, spec, stamp, orders: [], arrivals: new Set() },
          ...{ created_at: new Set(), job_indexes: new Set(), runs: new Set() },
        };
        known.push(found);
      }
      if (run === 0) found.orders.push(order);
      found.arrivals.add(arrived_at);
      found.created_at.add(spec.created_at);
      found.job_indexes.add(spec.job_index);
      found.runs.add(run);
    },
    of: (identity) => all.get(identity) ?? [],
    identities: () => all.keys(),
  };
}

/** Compares two records without their lines of a job and the time that a replay has filled in. */
function saysSame(one: RecordSpec, other: RecordSpec): boolean {
  return JSON.stringify(contentOf(one)) === JSON.stringify(contentOf(other));
}

function contentOf({ job_index: _index, created_at: _time, ...spec }: RecordSpec) {
  if (spec.status !== 'withdrawn') return spec;
  // A withdrawal says no more than that, whatever its producer sent with it.
  const { status, record_version, job_id } = spec;
  return { status, record_version, job_id };
}

export function compareAccepted(one: Accepted, other: Accepted): number {
  return one.stamp - other.stamp || compareOrder(one.order, other.order);
}

function compareOrder(one: Order, other: Order): number {
  if (one.kind !== other.kind) return one.kind === 'job' ? 1 : -1;
  const at = one.numbers.findIndex((number, i) => number !== other.numbers[i]);
  if (at === -1) return one.numbers.length - other.numbers.length;
  const [own = 0n, its] = [one.numbers[at], other.numbers[at]];
  return its === undefined || own > its ? 1 : -1;
}

/**
 * Says which acceptance of a record is the current one, and what its highest version is. Applies all
 * of them in their order: one without a version replaces, and one with a version replaces if no
 * version before it is higher.
 */
export function findCurrent(
  all: Acceptance[],
): { current: Acceptance; record_version: number | undefined } | undefined {
  const places = all
    .flatMap((acceptance) => acceptance.orders.map((order) => ({ acceptance, order })))
    .map((place) => ({ ...place, stamp: place.acceptance.stamp }))
    .sort(compareAccepted);
  let record_version: number | undefined;
  let current: Acceptance | undefined;
  for (const { acceptance } of places) {
    const version = acceptance.spec.record_version;
    if (version !== undefined && version < (record_version ?? 0)) continue;
    record_version = version ?? record_version;
    current = acceptance;
  }
  return current === undefined ? undefined : { current, record_version };
}
