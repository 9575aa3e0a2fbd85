import type { CountedRow } from '../../schemas/index.ts';
import { bucketsOf } from './buckets.ts';
import type { Change } from './changes.ts';
import { addMeasures, type Measures, measureRow } from './measures.ts';
import { nameRow } from './names.ts';
import type { RowName } from './ports.ts';

/** The effect of one change on one row of the counts. */
export interface RowChange {
  sequence_number: string;
  changed_at: number;
  measures: Measures;
}

/** The effects of a batch on one row of the counts, in the order of the stream. */
export interface RowChanges {
  name: RowName;
  changes: RowChange[];
}

/**
 * Works out what the changes of one shard do to each row of the counts. A change adds the new row of
 * the results table and takes the old row away. A change without an effect on a row is left out of
 * that row. Changes that cancel each other out are not, because the mark of the row must pass them.
 */
export function foldChanges(changes: Change[], shard_id: string): RowChanges[] {
  const rows = new Map<string, RowChanges>();
  for (const change of changes) {
    const { sequence_number, changed_at } = change;
    for (const { name, measures } of effectsOf(change, shard_id)) {
      const id = `${name.partition}#${name.bucket}`;
      const row = getOrAdd(rows, id, () => ({ name, changes: [] }));
      row.changes.push({ sequence_number, changed_at, measures });
    }
  }
  return [...rows.values()];
}

interface Effect {
  name: RowName;
  measures: Measures;
}

function effectsOf({ changed_at, before, after }: Change, shard_id: string): Effect[] {
  const effects = new Map<string, Effect>();
  const add = (row: CountedRow | undefined, sign: 1 | -1) => {
    if (row === undefined) return;
    const { tenant, source } = row;
    const measures = measureRow(row);
    for (const place of bucketsOf(row, changed_at)) {
      const name = nameRow({ ...place, tenant }, source, shard_id);
      const id = `${name.partition}#${name.bucket}`;
      addMeasures(getOrAdd(effects, id, () => ({ name, measures: {} })).measures, measures, sign);
    }
  };
  add(after, 1);
  add(before, -1);
  return [...effects.values()].filter(({ measures }) => Object.keys(measures).length > 0);
}

function getOrAdd<Value>(map: Map<string, Value>, id: string, create: () => Value): Value {
  const known = map.get(id);
  if (known !== undefined) return known;
  const value = create();
  map.set(id, value);
  return value;
}
