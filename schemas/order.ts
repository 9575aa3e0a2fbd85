import { hash } from 'node:crypto';
import type { StreamPosition } from './identity.ts';
import type { Result } from './result.ts';

/**
 * Longest time by which a clock of a producer may be ahead of the arrival, in milliseconds. A stamp
 * or a time of creation that is further ahead is not believed.
 */
export const MAX_AHEAD_MS = 5 * 60_000;

/**
 * The values that order one acceptance of a record among all acceptances of the record. A redelivery and a
 * resend of the same acceptance have the same stamp and the same content.
 */
export interface Acceptance {
  /** The version that the producer gave. */
  record_version?: number | undefined;
  /** When the record was accepted, in epoch milliseconds. */
  stamp: number;
  /** Orders acceptances of the same stamp. {@link derivePlace} makes it. */
  place: string;
  analysis_run?: number | undefined;
  /** {@link hashContent} of the result. */
  content_hash: string;
}

/** The order of a row of the results table: that of its content, and the highest version of all. */
export interface RowOrder extends Acceptance {
  /** The highest version that a producer ever gave. */
  record_version?: number | undefined;
  /** True if the producer gave a version with the content of the row. */
  is_version_given: boolean;
}

export interface Decision {
  outcome: 'written' | 'unchanged' | 'not_newer';
  /** True if the row takes the content of the acceptance. */
  takes_content: boolean;
  /** The order of the row afterwards. It is the same object as before if the row stays as it is. */
  order: RowOrder;
}

/**
 * Decides what an acceptance does to the row of its record:
 *
 *     no row                          → the row takes the content
 *     the acceptance of the row again → no change; a later analysis run replaces the analysis
 *     no version, later               → the row takes the content and keeps its version
 *     a higher version                → the row takes the content; but if the content of the row came
 *                                       without a version and is later, only the version rises
 *     an equal version, later         → the row takes the content
 *     otherwise                       → not newer
 *
 * Later means a higher stamp, or the same stamp and a higher place. The row does not depend on the
 * order in which acceptances arrive, except if the versions of a record fall while other
 * acceptances of the record have no version. See docs/adr/0051-order-of-acceptances.md.
 */
export function decide(row: RowOrder | undefined, incoming: Acceptance): Decision {
  const is_version_given = incoming.record_version !== undefined;
  if (row === undefined) {
    return { outcome: 'written', takes_content: true, order: { ...incoming, is_version_given } };
  }
  if (isSameAcceptance(row, incoming)) return repeat(row, incoming);
  const record_version = findHigher(row.record_version, incoming.record_version);
  if (!isNewer(row, incoming)) {
    return record_version === row.record_version ? keep(row) : keep({ ...row, record_version });
  }
  return {
    outcome: incoming.content_hash === row.content_hash ? 'unchanged' : 'written',
    takes_content: true,
    order: { ...incoming, record_version, is_version_given },
  };
}

function keep(order: RowOrder): Decision {
  return { outcome: 'not_newer', takes_content: false, order };
}

function isSameAcceptance(row: RowOrder, incoming: Acceptance): boolean {
  if (row.stamp !== incoming.stamp || row.content_hash !== incoming.content_hash) return false;
  // A replay repeats the version of the row, even if the content came without a version.
  if (incoming.analysis_run !== undefined) return true;
  return (row.is_version_given ? row.record_version : undefined) === incoming.record_version;
}

/** Decides on the acceptance of the row that comes again: a redelivery, a resend or a replay. */
function repeat(row: RowOrder, { place, analysis_run }: Acceptance): Decision {
  if ((analysis_run ?? 0) > (row.analysis_run ?? 0)) {
    return { outcome: 'written', takes_content: true, order: { ...row, analysis_run } };
  }
  const is_resend = analysis_run === undefined && place > row.place;
  return {
    outcome: 'unchanged',
    takes_content: false,
    order: is_resend ? { ...row, place } : row,
  };
}

function isNewer(row: RowOrder, incoming: Acceptance): boolean {
  // The place of a replay says when the record was analysed again, not when it was accepted.
  const is_at_later_place = incoming.analysis_run === undefined && incoming.place > row.place;
  const is_later =
    incoming.stamp > row.stamp || (incoming.stamp === row.stamp && is_at_later_place);
  const version = incoming.record_version;
  if (version === undefined || version === row.record_version) return is_later;
  if (version < (row.record_version ?? 0)) return false;
  return row.is_version_given || is_later;
}

function findHigher(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.max(one, other);
}

/**
 * Returns the revision that stood before the run of a result that a row takes. Several versions of one
 * run count as one change, and so do the analyses of one version. If there was no row, nothing stood
 * there.
 */
export function findReplacedRevision(
  result: Pick<Result, 'run_id' | 'stamp' | 'analysis_run'>,
  before: Result | undefined,
): number | undefined {
  if (before === undefined) return undefined;
  const is_replay = result.analysis_run !== undefined && result.stamp === before.stamp;
  const is_same_run = result.run_id !== undefined && result.run_id === before.run_id;
  return is_replay || is_same_run ? before.replaced_revision : before.revision;
}

/**
 * Returns when a record was accepted, in epoch milliseconds. Without a stamp, that is the time of
 * its arrival. A stamp of a clock that is far ahead is limited, so that it does not win for long.
 */
export function boundStamp(stamp: number | undefined, arrived_at: number): number {
  return Math.min(stamp ?? arrived_at, arrived_at + MAX_AHEAD_MS);
}

/** The place of a record in its job. */
interface JobPlace {
  job_id?: string | undefined;
  job_index?: number | undefined;
}

/**
 * Returns the place of a record as a string that sorts. Places on one shard sort as the shard does.
 * Records of a job sort by their place in the file, because the submission sends several requests
 * at the same time.
 */
export function derivePlace(position: StreamPosition, { job_id, job_index }: JobPlace): string {
  if (job_index !== undefined) return `job.${formatNumber(job_index)}.${job_id}`;
  const { sequence_number, sub_sequence_number, nested_numbers = [] } = position;
  const numbers = [sub_sequence_number ?? [], ...nested_numbers].flat();
  return [readNumber(sequence_number), ...numbers].map(formatNumber).join('.');
}

/** Reads a sequence number of Kinesis. What an operator puts back may have another one. */
function readNumber(sequence_number: string): bigint {
  return /^\d+$/.test(sequence_number) ? BigInt(sequence_number) : 0n;
}

/** Formats a number so that strings sort as the numbers do: its length, then its digits. */
function formatNumber(number: number | bigint): string {
  const digits = number.toString(36);
  return `${digits.length.toString(36).padStart(2, '0')}${digits}`;
}

/**
 * Returns a hash of what a record says: its text, the language that its producer gave, author, url
 * and attributes, or that it is withdrawn. Times, ids, versions and the analysis are not part of it.
 */
export function hashContent(result: Omit<Result, 'stamp'>): string {
  const { status, text_hash, language_source, language_code, author, url } = result;
  const attributes = Object.entries(result.attributes ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const content = [
    status === 'withdrawn',
    text_hash,
    language_source === 'given' ? language_code : null,
    author ?? null,
    url ?? null,
    attributes,
  ];
  return hash('sha256', JSON.stringify(content), 'base64url').slice(0, 12);
}
