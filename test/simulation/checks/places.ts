import type { RecordSpec, Spec, Specs } from '../specs.ts';
import type { StreamRecord } from '../stream.ts';
import type { Acceptance, Accepted, Identity, Order } from './acceptances.ts';
import { openEnvelope, positionId } from './envelope.ts';
import { Violation } from './violation.ts';

/** One record, sub-record or bad entry at one position of the stream, with its expected outcome. */
export interface Place {
  /** Id of the position. */
  id: string;
  spec: Spec;
  bytes: Buffer;
  partition_key: string;
  /** Time of arrival, in ISO 8601. */
  arrived_at: string;
  /** Start of the replay that published the record, in epoch seconds. 0 without a replay. */
  run: number;
  /** When the record was accepted, in epoch milliseconds. */
  stamp: number;
  order: Order;
  /** True once an operator has put the place back, or the repaired record of the place. */
  is_restored: boolean;
}

/** The places of all records on the stream. */
export interface Places {
  /** Adds the places of a record that the stream has just accepted. Returns the places. */
  add(record: StreamRecord): Place[];
  of(record: StreamRecord): Place[];
  byId(id: string): Place | undefined;
}

/** The fields of a record that a replay or a job has published. */
interface Published {
  tenant: string;
  source: string;
  record_id: string;
  record_version?: number;
  stamp: number;
  analysis_run?: number;
  job_id?: string;
  job_index?: number;
  deleted?: boolean;
  text?: string;
  language?: string;
  created_at?: string;
  author?: string;
  url?: string;
  attributes?: RecordSpec['attributes'];
}

export interface PlacesDeps {
  specs: Specs;
  restore_key: string;
  /** Finds the acceptances of a record that is or was on the stream. */
  findAccepted: (record: Identity) => Acceptance[];
  /** Returns the expected outcome of a line of a job's input. */
  lineOf: (job_id: string, job_index: number) => RecordSpec | undefined;
}

export function createPlaces({ specs, restore_key, findAccepted, lineOf }: PlacesDeps): Places {
  const by_record = new Map<StreamRecord, Place[]>();
  const by_id = new Map<string, Place>();
  /** The ids that publishers made for the records with the same content. */
  const made_ids = new Map<object, Set<string>>();

  function read(record: StreamRecord): Place[] {
    const { data, partition_key } = record;
    const arrived_at = new Date(record.arrived_at).toISOString();
    const base = { arrived_at, run: 0, is_restored: false };
    const found = specs.find(data);
    if (found === undefined) return [openRestored(record) ?? readPublished(record, base)];
    const { entry, made_id, copies, stamp } = found;
    if (made_id !== undefined) checkMadeId(entry, made_id, copies);
    if ('subs' in entry && entry.subs !== undefined) {
      return entry.subs.map(({ partition_key: key, data: bytes }, i) => ({
        ...{ ...base, partition_key: key, bytes },
        id: positionId(record, i),
        spec: entry.specs[i]!,
        ...accept(record, entry.specs[i]!, undefined, i),
      }));
    }
    const [spec] = entry.specs as [Spec];
    const named = made_id === undefined ? spec : { ...spec, record_id: made_id };
    const id = positionId(record);
    const accepted = accept(record, spec, stamp);
    return [{ ...base, ...accepted, id, spec: named as Spec, bytes: data, partition_key }];
  }

  /** Each attempt to send a record without an id must send the same id. */
  function checkMadeId(entry: object, made_id: string, copies: number): void {
    const ids = made_ids.get(entry) ?? new Set();
    made_ids.set(entry, ids.add(made_id));
    if (ids.size > copies) throw new Violation(`Doubled: one record was sent as ${[...ids]}`);
  }

  function openRestored({ data }: StreamRecord): Place | undefined {
    const envelope = openEnvelope(data, restore_key);
    if (envelope === undefined) return undefined;
    const original = by_id.get(envelope.position);
    if (original === undefined)
      throw new Violation(`Put back at ${envelope.position}, where no record was`);
    if (
      envelope.partition_key !== original.partition_key ||
      envelope.arrived_at !== original.arrived_at
    )
      throw new Violation(`${original.id} was put back with another key or time of arrival`);
    original.is_restored = true;
    if (envelope.bytes.equals(original.bytes)) return original;
    const { spec } = original;
    const repaired = spec.kind === 'poison' ? spec.repaired : undefined;
    if (repaired === undefined || !envelope.bytes.equals(repaired.bytes))
      throw new Violation(`${original.id} was put back with other bytes`);
    return { ...original, spec: repaired.spec, bytes: repaired.bytes };
  }

  /** Reads a record that a replay or the submission of a job has published. */
  function readPublished(
    record: StreamRecord,
    base: Pick<Place, 'arrived_at' | 'is_restored' | 'run'>,
  ): Place {
    const { data, partition_key } = record;
    const id = positionId(record);
    const unknown = () => new Violation(`${id} has bytes that no producer made`);
    if (data[0] !== 0x7b) throw unknown();
    const fields = JSON.parse(data.toString()) as Published;
    const { analysis_run, created_at } = fields;
    const spec = analysis_run === undefined ? findLine(fields) : findReplayed(fields);
    if (spec === undefined) throw unknown();
    if (analysis_run === undefined && !isSame(fields, spec))
      throw new Violation(`${id} differs from the record that it repeats`);
    const accepted = accept(record, spec, fields.stamp);
    const place = { ...base, ...accepted, id, bytes: data, partition_key };
    if (analysis_run === undefined) return { ...place, spec };
    return { ...place, run: analysis_run, spec: { ...spec, created_at } };
  }

  function findLine({ job_id, job_index }: Published): RecordSpec | undefined {
    return job_id === undefined || job_index === undefined ? undefined : lineOf(job_id, job_index);
  }

  function findReplayed(fields: Published): RecordSpec | undefined {
    const { record_id } = fields;
    // Versions with and without a number may say the same at the same time. The row has the last.
    const found = findAccepted(fields).findLast(
      ({ stamp, spec }) =>
        // A replay repeats the version of the row, which the record may have inherited.
        stamp === fields.stamp &&
        isSame({ ...fields, record_version: spec.record_version }, spec) &&
        carriesSame(fields, spec),
    );
    return found && { ...found.spec, record_id };
  }

  return {
    add(record) {
      const places = read(record);
      by_record.set(record, places);
      // A record that an operator puts back is not at a new place, but at the place where it first came.
      for (const place of places) {
        const is_new = place.id.startsWith(positionId(record));
        if (is_new) by_id.set(place.id, place);
      }
      return places;
    },
    of(record) {
      const places = by_record.get(record);
      if (places === undefined) throw new Error('A record that the stream never accepted');
      return places;
    },
    byId: (id) => by_id.get(id),
  };
}

/** Longest time by which a stamp may be after the arrival, as the documentation says. */
const MAX_AHEAD_MS = 5 * 60_000;

/** Says when a record was accepted, and what orders it among others of the same time. */
function accept(record: StreamRecord, spec: Spec, stamp?: number, sub?: number): Accepted {
  const { arrived_at, sequence_number } = record;
  const accepted_at = Math.min(stamp ?? arrived_at, arrived_at + MAX_AHEAD_MS);
  if (spec.kind === 'record' && spec.job_index !== undefined) {
    return { stamp: accepted_at, order: { kind: 'job', numbers: [BigInt(spec.job_index)] } };
  }
  const numbers = [BigInt(sequence_number), ...(sub === undefined ? [] : [BigInt(sub)])];
  return { stamp: accepted_at, order: { kind: 'stream', numbers } };
}

/** Compares the fields that only tell acceptances of the same text and time apart. */
function carriesSame(fields: Published, spec: RecordSpec): boolean {
  const textsOf = (attributes: Published['attributes']) =>
    JSON.stringify(Object.entries(attributes ?? {}).map(([name, value]) => [name, String(value)]));
  return (
    fields.job_id === spec.job_id &&
    fields.author === spec.author &&
    fields.url === spec.url &&
    textsOf(fields.attributes) === textsOf(spec.attributes)
  );
}

type ComparedFields = Omit<Published, 'record_version'> & { record_version?: number | undefined };

function isSame(fields: ComparedFields, spec: RecordSpec): boolean {
  const { tenant, source, record_id, record_version, deleted = false } = fields;
  return (
    tenant === spec.tenant &&
    source === spec.source &&
    (spec.record_id === undefined || record_id === spec.record_id) &&
    record_version === spec.record_version &&
    deleted === (spec.status === 'withdrawn') &&
    (fields.text ?? '').toWellFormed() === spec.text &&
    (fields.language ?? 'auto') === (spec.language ?? 'auto')
  );
}
