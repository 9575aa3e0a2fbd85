import type { RawLine } from '../../../insight/keeper/ports.ts';
import { recordKey } from '../../../schemas/index.ts';
import type { Random } from '../../support/random.ts';

/** A line of a raw object in the simulated lake. */
export interface Line extends RawLine {
  text?: string | undefined;
}

/** A row of the results table, and of the simulated Iceberg table. */
export interface Row {
  day: string;
  status: string;
  revision: number;
  text?: string | undefined;
}

export interface History {
  /** Lines in the order in which they were written. */
  lines: Line[];
  /** The results table at the end, by record key. Bare tombstones are not in it. */
  rows: Map<string, Row>;
}

const MOST_STEPS = 6;
const TODAY = Date.UTC(2026, 10, 27);
const DAY_MS = 86_400_000;

/**
 * Generates what the consumers write to the results table and to the lake: new versions, versions that
 * are not newer, redelivered lines, withdrawals, records that are published again, and withdrawals of
 * records that were never seen.
 *
 * @param old_share share of the records whose day is anywhere in the last ten years
 */
export function generateHistory(random: Random, records: number, old_share: number): History {
  const history: History = { lines: [], rows: new Map() };
  for (let i = 0; i < records; i += 1) {
    const days = random.chance(old_share) ? random.int(3_650) : random.int(3);
    const created = new Date(TODAY - days * DAY_MS).toISOString();
    addRecord(history, random, { tenant: 't', source: `s${i % 2}`, record_id: `r${i}` }, created);
  }
  return history;
}

type Identity = Pick<RawLine, 'tenant' | 'source' | 'record_id'>;

function addRecord({ lines, rows }: History, random: Random, id: Identity, created: string): void {
  let row: Line | undefined;
  let revision = 0;
  const steps = 1 + random.int(MOST_STEPS);
  for (let step = 0; step < steps; step += 1) {
    const text = `${id.record_id} version ${step}`;
    const is_withdrawal = random.chance(0.25);
    if (row !== undefined && random.chance(0.2)) {
      // A line that was delivered twice, or whose version is not newer.
      const not_newer: Line = { ...id, status: 'analyzed', text: `${text} not newer` };
      lines.push(random.chance(0.5) ? row : not_newer);
      continue;
    }
    revision += 1 + random.int(3);
    // A withdrawal leaves a record without `first_created_at` as it is: a bare tombstone.
    const first_created_at: string | undefined =
      is_withdrawal && row?.first_created_at === undefined ? undefined : created;
    row = {
      ...id,
      status: is_withdrawal ? 'withdrawn' : 'analyzed',
      revision,
      first_created_at,
      text: is_withdrawal ? undefined : text,
    };
    lines.push(row);
  }
  if (row?.first_created_at === undefined) return;
  rows.set(recordKey(id), rowOf(row));
}

/** Converts a line that is merged to its row. */
export function rowOf({ status, revision = 0, first_created_at = '', text }: Line): Row {
  return { day: first_created_at.slice(0, 10), status, revision, text };
}
