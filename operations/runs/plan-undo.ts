import {
  type Complete,
  hashContent,
  hashText,
  type RecordIdentity,
  type RecordInput,
  type Result,
} from '../../schemas/index.ts';

/** The version of a record that stood before a run, as far as the lake has it. */
type Before = Pick<
  Result,
  'status' | 'text' | 'text_hash' | 'author' | 'url' | 'attributes' | 'created_at'
> &
  Pick<Result, 'language_code' | 'language_source'>;

/** A record whose current version comes from a run, with the version before the run if there is one. */
export interface ChangedRecord extends RecordIdentity {
  before: Before | undefined;
}

/**
 * Why a record is left as it is. `unchanged`: the run did not change what the record says.
 * `changed_later`: its current version comes from elsewhere by now. `not_kept`: the text before the run
 * is no longer in the lake. `expired`: its row is no longer in the results table.
 */
export type Left = 'unchanged' | 'changed_later' | 'not_kept' | 'expired';

export type UndoStep =
  | { kind: 'restored' | 'withdrawn'; record: RecordInput }
  | { kind: Left; record?: undefined };

/**
 * Plans what the undo of a run does to one record:
 *
 *     the row is gone                              → expired
 *     the row comes from elsewhere by now          → changed_later
 *     the run withdrew it when it had no row       → not_kept
 *     there was no version before the run          → withdrawn
 *     the version before is not in the log         → not_kept
 *     it was withdrawn                             → withdrawn
 *     it says what the row says                    → unchanged
 *     its text is not in the log                   → not_kept
 *     otherwise                                    → restored
 *
 * The record has the stamp that follows that of the row. It therefore replaces the row, and loses
 * against everything that was accepted later, also if that arrives first. A second undo gives the same
 * record, which changes nothing. See docs/adr/0066-undo-of-runs.md.
 *
 * @param current the row of the record. Undefined if there is none.
 */
export function planUndo(
  { before, ...identity }: ChangedRecord,
  current: Result | undefined,
  { undone_run_id, run_id }: { undone_run_id: string; run_id: string },
): UndoStep {
  if (current === undefined) return { kind: 'expired' };
  if (current.run_id !== undone_run_id) return { kind: 'changed_later' };
  const { tenant, source, record_id } = identity;
  const place = { tenant, source, record_id, run_id, stamp: current.stamp + 1 };
  // A record that was withdrawn without a row and is in the lake had a row that has expired.
  if (before === undefined && isUnseen(current)) return { kind: 'not_kept' };
  const is_new = before === undefined && current.replaced_revision === undefined;
  if (is_new || before?.status === 'withdrawn') {
    if (current.status === 'withdrawn') return { kind: 'unchanged' };
    return { kind: 'withdrawn', record: { ...place, deleted: true } };
  }
  if (before === undefined) return { kind: 'not_kept' };
  if (saysTheSame(before, current)) return { kind: 'unchanged' };
  if (!hasText(before)) return { kind: 'not_kept' };
  return { kind: 'restored', record: rebuildRecord(before, place) };
}

/** Only the withdrawal of a record that had no row has no time of the first version. */
function isUnseen({ status, first_created_at }: Result): boolean {
  return status === 'withdrawn' && first_created_at === undefined;
}

function saysTheSame(before: Before, current: Result): boolean {
  const is_equal = hashContent({ ...current, ...pickContent(before) }) === hashContent(current);
  return is_equal && Date.parse(before.created_at) === Date.parse(current.created_at);
}

function pickContent(before: Before): Complete<Before> {
  const { status, text, text_hash, author, url, attributes, created_at } = before;
  const { language_code, language_source } = before;
  return {
    ...{ status, text, text_hash, author, url, attributes, created_at },
    ...{ language_code, language_source },
  };
}

/** A text can be missing by the text policy, because it was withdrawn, or because it did not fit. */
function hasText({ text = '', text_hash }: Before): boolean {
  return text !== '' && hashText(text) === text_hash;
}

function rebuildRecord(
  { text, author, url, attributes, created_at, language_code, language_source }: Before,
  place: Required<Pick<RecordInput, 'tenant' | 'source' | 'record_id' | 'run_id' | 'stamp'>>,
): RecordInput {
  const record: Complete<RecordInput> = {
    ...place,
    ...{ text, author, url, attributes, created_at },
    language: language_source === 'given' ? language_code : undefined,
    // The row keeps its version, and the record is ordered by its stamp.
    record_version: undefined,
    // The restored version is not a record of a job, and is not counted there again.
    job_id: undefined,
    job_index: undefined,
    text_claim: undefined,
    analysis_run: undefined,
    deleted: undefined,
  };
  return record;
}
