import type { ResultEntry, RowOutcome } from '../../../processors/stream/ports.ts';
import {
  type Acceptance,
  decide,
  type FindRetention,
  findExpiry,
  findReplacedRevision,
  hashContent,
  type Result,
} from '../../../schemas/index.ts';
import { type Item, itemOf } from '../attribute.ts';
import { type Row, rowOf } from './row.ts';

export interface FoldOptions {
  /** Current time, in epoch milliseconds. */
  now: number;
  ttl_seconds: number;
  /** Finds the days for which rows of a source are kept, if they are others than `ttl_seconds`. */
  findRetention?: FindRetention | undefined;
}

/** The row of a record after the results of the record are applied. */
export interface Folded {
  /** The item to write. Undefined if the row stays as it is. */
  item: Item | undefined;
  /** The outcome of each entry, in their order, if the item is written. */
  outcomes: RowOutcome[];
}

/**
 * Applies the results of one record to the row of the record, one after the other.
 *
 * @param existing the row as it was read. Undefined if there is no row. An expired row counts as
 * none, but its revision still rises.
 */
export function foldEntries(
  existing: Row | undefined,
  entries: ResultEntry[],
  options: FoldOptions,
): Folded {
  const { now } = options;
  const revision = Math.max((existing?.result.revision ?? 0) + 1, now);
  const is_expired = existing !== undefined && existing.expires_at * 1_000 < now;
  let row = is_expired ? undefined : existing;
  const outcomes: RowOutcome['outcome'][] = [];
  for (const entry of entries) {
    const { outcome, takes_content, order } = decide(row?.order, acceptanceOf(entry));
    if (takes_content) {
      const { record_version, stamp } = order;
      const replaced_revision = findReplacedRevision(entry.result, row?.result);
      const inherited = inherit(entry, row?.result);
      const result = { ...inherited, record_version, stamp, revision, replaced_revision };
      const expires_at = chooseExpiry(result, options);
      row = { item: rowOf(result, order, expires_at), result, order, expires_at };
      supersede(outcomes);
    } else if (row !== undefined && order !== row.order) {
      const changes = { record_version: order.record_version, revision };
      const item = { ...row.item, ...itemOf({ ...changes, place: order.place }) };
      row = { ...row, item, order, result: { ...row.result, ...changes } };
    }
    outcomes.push(outcome);
  }
  if (row === undefined) throw new Error('Expected at least one result to put');
  const { result, item } = row;
  return {
    item: row === existing ? undefined : item,
    outcomes: outcomes.map((outcome) => ({ outcome, row: result })),
  };
}

/**
 * Returns when a row expires, in epoch seconds. A withdrawn row has no content and keeps the general time,
 * so that what is put back meanwhile does not bring its record back.
 */
function chooseExpiry(result: Result, { now, ttl_seconds, findRetention }: FoldOptions): number {
  const expiry =
    findRetention === undefined || result.status === 'withdrawn'
      ? undefined
      : findExpiry(findRetention, result);
  return Math.floor((expiry ?? now + ttl_seconds * 1_000) / 1_000);
}

function acceptanceOf({ result, place }: ResultEntry): Acceptance {
  const { record_version, stamp, analysis_run } = result;
  return { record_version, stamp, place, analysis_run, content_hash: hashContent(result) };
}

/**
 * Returns the result of an entry with the times that a record keeps. The first version sets
 * `first_created_at`; a withdrawal of a record that never came does not. A version whose producer
 * gives no time of creation keeps that of the row.
 */
function inherit({ result, is_creation_given }: ResultEntry, before: Result | undefined): Result {
  const { first_created_at } = before ?? {};
  if (before === undefined || first_created_at === undefined) {
    const is_withdrawn = result.status === 'withdrawn';
    return { ...result, first_created_at: is_withdrawn ? undefined : result.created_at };
  }
  const created_at = is_creation_given ? result.created_at : before.created_at;
  return { ...result, created_at, first_created_at };
}

/** Marks the entries that the row has had until now. */
function supersede(outcomes: RowOutcome['outcome'][]): void {
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome !== 'not_newer') outcomes[i] = 'superseded';
  }
}
