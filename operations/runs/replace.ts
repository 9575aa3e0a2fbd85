import type { Publisher } from '../../ingest/index.ts';
import { chunk } from '../../lib/chunk.ts';
import { recordKey } from '../../schemas/index.ts';
import type { CurrentResults } from '../ports.ts';
import type { SourceName, SourceRecords } from './ports.ts';

/** Largest number of ids that are kept in memory, which are about 400 MB. */
const MAX_IDS = 5_000_000;
/**
 * Number of records between two looks at the signal. A publisher has four requests of 500 records in
 * flight, so that fewer records would slow it down.
 */
const RECORDS_PER_STEP = 2_000;

/** A row of a file, as far as the replacement of its source needs it. */
export interface FileRow {
  source: string;
  tenant?: string | undefined;
  record_id: string;
  /** True if the file has no id for the row, so that its id changes with its place and content. */
  is_id_derived?: boolean | undefined;
}

/** Collects the ids of a file that is to be the whole truth of its source. */
export class FileIds {
  readonly ids = new Set<string>();
  /** The source of the rows. Undefined before the first row. */
  source: SourceName | undefined;
  /** The reason for which the file cannot replace its source. */
  problem: string | undefined;

  add({ source, tenant = 'default', record_id, is_id_derived }: FileRow): void {
    this.source ??= { tenant, source };
    if (source !== this.source.source || tenant !== this.source.tenant) {
      this.problem ??= `the file has records of two sources, ${describe(this.source)} and ${describe({ tenant, source })}`;
    }
    if (is_id_derived) this.problem ??= 'a row has no id of its own';
    if (this.ids.size >= MAX_IDS) {
      this.problem ??= `the file has more than ${MAX_IDS.toLocaleString('en')} records`;
      return;
    }
    this.ids.add(record_id);
  }
}

function describe({ tenant, source }: SourceName): string {
  return tenant === 'default' ? source : `${tenant}/${source}`;
}

/**
 * Finds the records of a source that a file does not have.
 *
 * @param accepted_before when the run began, in epoch milliseconds. Records that were accepted later are
 * not looked at, because the file is the truth of its own time.
 */
export async function findMissing(
  records: SourceRecords,
  { ids, source }: FileIds,
  accepted_before: number,
): Promise<string[]> {
  const missing: string[] = [];
  if (source === undefined) return missing;
  for await (const record_id of records.list(source, accepted_before)) {
    if (!ids.has(record_id)) missing.push(record_id);
  }
  return missing;
}

/**
 * Counts the records whose rows have expired. The withdrawal of such a record finds no row, so that the
 * lake follows in the next night. Until then the row is that of a withdrawn record.
 */
export async function countExpired(
  { results, signal }: { results: CurrentResults; signal: AbortSignal },
  source: SourceName,
  record_ids: string[],
): Promise<number> {
  let expired = 0;
  for (const step of chunk(record_ids, RECORDS_PER_STEP)) {
    signal.throwIfAborted();
    const rows = await results.getMany(step.map((record_id) => ({ ...source, record_id })));
    expired += step.filter((record_id) => {
      const row = rows.get(recordKey({ ...source, record_id }));
      return row === undefined || row.status === 'withdrawn';
    }).length;
  }
  return expired;
}

/**
 * Withdraws records with the stamp of the beginning of a run, so that a version that was accepted
 * after it stays. Stops before the next {@link RECORDS_PER_STEP} records if the signal is aborted:
 * the counts are then lower than the number of records.
 */
export async function withdrawRecords(
  { publisher, signal }: { publisher: Pick<Publisher, 'publishAll'>; signal: AbortSignal },
  record_ids: string[],
  run: SourceName & { run_id: string; stamp: number },
): Promise<{ withdrawn: number; failed: number }> {
  const counts = { withdrawn: 0, failed: 0 };
  for (let i = 0; i < record_ids.length && !signal.aborted; i += RECORDS_PER_STEP) {
    const step = record_ids.slice(i, i + RECORDS_PER_STEP);
    const withdrawals = step.map((record_id) => ({ ...run, record_id, deleted: true }));
    for await (const { status } of publisher.publishAll(withdrawals)) {
      counts[status === 'accepted' ? 'withdrawn' : 'failed'] += 1;
    }
  }
  return counts;
}
