import { chunk } from '../../lib/chunk.ts';
import type {
  Rejection,
  ResultEntry,
  ResultsTable,
  RowOutcome,
} from '../../processors/stream/ports.ts';
import {
  decide,
  findReplacedRevision,
  hashContent,
  type Result,
  type RowOrder,
  recordKey,
  ServiceError,
} from '../../schemas/index.ts';
import { type Network, PERFECT_NETWORK } from './network.ts';

export interface FakeResultsTableOptions {
  rows?: Map<string, Result>;
  network?: Network;
}

const ROWS_PER_CALL = 25;

/** Creates a results table that has one row for each record, in memory. */
export function createFakeResultsTable(options: FakeResultsTableOptions = {}): ResultsTable {
  const { rows = new Map(), network = PERFECT_NETWORK } = options;
  const orders = new Map<string, RowOrder>();

  /** Applies one result to the row of its record. */
  function apply({ result, place, is_creation_given }: ResultEntry): RowOutcome['outcome'] {
    const key = recordKey(result);
    const before = rows.get(key);
    const known = before === undefined ? undefined : orders.get(key);
    const { record_version, stamp, analysis_run } = result;
    const content_hash = hashContent(result);
    const acceptance = { record_version, stamp, place, analysis_run, content_hash };
    const { outcome, takes_content, order } = decide(known, acceptance);
    orders.set(key, order);
    if (order === known) return outcome;
    const revision = (before?.revision ?? 0) + 1;
    const is_new = before?.first_created_at === undefined;
    const created_at = is_new || is_creation_given ? result.created_at : before.created_at;
    const first = result.status === 'withdrawn' ? undefined : result.created_at;
    const replaced_revision = findReplacedRevision(result, before);
    const first_created_at = before?.first_created_at ?? first;
    const taken = { ...result, created_at, first_created_at, replaced_revision };
    const content = takes_content || before === undefined ? taken : before;
    rows.set(key, withoutUndefined({ ...content, record_version: order.record_version, revision }));
    return outcome;
  }

  /** Applies all results of one record. */
  function applyAll(entries: ResultEntry[]): RowOutcome[] {
    const outcomes: RowOutcome['outcome'][] = [];
    for (const entry of entries) {
      const before = rows.get(recordKey(entry.result))?.revision;
      const outcome = apply(entry);
      const after = rows.get(recordKey(entry.result))?.revision;
      if (outcome !== 'not_newer' && before !== after) {
        for (const [i, one] of outcomes.entries()) {
          if (one !== 'not_newer') outcomes[i] = 'superseded';
        }
      }
      outcomes.push(outcome);
    }
    const [{ result } = entries[0]!] = entries;
    const row = rows.get(recordKey(result))!;
    return outcomes.map((outcome) => ({ outcome, row }));
  }

  return {
    async put(entries) {
      const calls = chunk(groupByRecord(entries), ROWS_PER_CALL);
      const answered = new Map<ResultEntry, RowOutcome | Rejection>();
      const refuse = (group: ResultEntry[], code: string) => {
        for (const entry of group) answered.set(entry, { code, retryable: true, throttled: false });
      };
      const errors: ServiceError[] = [];
      for (const call of calls) {
        try {
          await network.call('put', () => {
            for (const group of call) {
              if (network.failsAlone()) refuse(group, 'InternalFailure');
              else applyAll(group).forEach((outcome, i) => void answered.set(group[i]!, outcome));
            }
          });
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error;
          errors.push(error);
          for (const group of call) refuse(group, error.code);
        }
      }
      if (errors.length > 0 && errors.length === calls.length) throw errors[0];
      return entries.map((entry) => answered.get(entry)!);
    },
  };
}

function groupByRecord(entries: ResultEntry[]): ResultEntry[][] {
  const groups = new Map<string, ResultEntry[]>();
  for (const entry of entries) {
    const key = recordKey(entry.result);
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups.values()];
}

function withoutUndefined<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Fields;
}
