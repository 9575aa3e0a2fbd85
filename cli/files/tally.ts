import type { SourceItem } from '../../ingest/sources/read-records.ts';
import type { Issue } from '../../schemas/index.ts';
import { RepeatedIds } from './repeated-ids.ts';

/** A kind of adjustment with the number of values that it concerns. */
export interface AdjustmentCount {
  field: string;
  outcome: 'kept' | 'dropped';
  reason: string;
  count: number;
}

/** The contents of a file apart from the records that went in as they are. */
export interface FileCounts {
  rows: number;
  refused: number;
  adjustments: AdjustmentCount[];
  /** Number of rows whose id and version a row before them has. */
  repeated_ids: number;
}

/** Largest number of kinds of adjustments that are counted separately. */
const MAX_KINDS = 200;

/** Counts the rows of a file, and what of them was not taken as it is. */
export class Tally {
  #rows = 0;
  #refused = 0;
  readonly #adjustments = new Map<string, AdjustmentCount>();
  readonly #ids = new RepeatedIds();

  add(item: SourceItem): void {
    this.#rows += 1;
    if (!item.ok) {
      this.#refused += 1;
      return;
    }
    const { tenant, source, record_id, record_version } = item.record;
    this.#ids.add(`${tenant ?? ''}#${source}#${record_id}#${record_version ?? ''}`);
    for (const { field, outcome, reason } of item.adjustments) {
      const key = `${field}\n${outcome}\n${reason}`;
      const known = this.#adjustments.get(key);
      if (known !== undefined) known.count += 1;
      else if (this.#adjustments.size < MAX_KINDS) {
        this.#adjustments.set(key, { field, outcome, reason, count: 1 });
      }
    }
  }

  counts(): FileCounts {
    return {
      ...{ rows: this.#rows, refused: this.#refused, repeated_ids: this.#ids.repeated },
      adjustments: [...this.#adjustments.values()],
    };
  }
}

/** Joins the issues of a row to one line. */
export function joinIssues(issues: Issue[]): string {
  return issues
    .map(({ path, message }) => (path === '' ? message : `${path} ${message}`))
    .join('; ');
}

/** Describes the adjustments and repeats of a file, one sentence for each kind. */
export function describeCounts({ adjustments, repeated_ids }: FileCounts): string[] {
  const lines = adjustments.map(({ field, outcome, reason, count }) => {
    const fate = outcome === 'kept' ? `kept as attributes.${field}` : 'left out';
    return `${field}: ${count} ${count === 1 ? 'value' : 'values'} ${fate} (${reason}).`;
  });
  if (repeated_ids > 0) {
    const rows = repeated_ids === 1 ? 'row repeats' : 'rows repeat';
    lines.push(`${repeated_ids} ${rows} the id of an earlier row: only one of them counts.`);
  }
  return lines;
}
