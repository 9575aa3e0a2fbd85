import type { Publisher } from '../ingest/index.ts';
import {
  type Complete,
  pickCarried,
  type RecordInput,
  type Result,
  recordKey,
} from '../schemas/index.ts';
import type { CurrentResults, LakeLines } from './ports.ts';

export interface ReplayQuery {
  /**
   * Start of the period in epoch milliseconds. Records that arrived at this time or later are
   * replayed.
   */
  from: number;
  /**
   * End of the period in epoch milliseconds. Only records that arrived before this time are
   * replayed.
   */
  to: number;
  /**
   * The analyzer of the replay. The replay skips a record if its current result has the name and
   * the version of this analyzer.
   */
  analyzer: { name: string; version: string };
  source?: string;
}

export interface ReplayCounts {
  /** Number of lines that were read from the lake. */
  lines: number;
  /**
   * Number of records that were put on the stream again. In a dry run, the number of records that a
   * replay would put on the stream again.
   */
  replayed: number;
  /**
   * Number of records that were skipped. A record is skipped if its current result has the analyzer
   * version of the replay. A record is also skipped if a later version has replaced or withdrawn
   * the version that was read from the lake.
   */
  up_to_date: number;
  /** Number of records that cannot be analysed again, because their results contain no text. */
  without_text: number;
  failed: number;
}

export interface ReplayDeps {
  lake: LakeLines;
  results: CurrentResults;
  /**
   * The publisher that puts records on the stream. Undefined in a dry run, which only counts
   * records and publishes no record.
   */
  publisher: Publisher | undefined;
  /** Waits until the rate limit allows publishing this number of records. */
  pace: (records: number) => Promise<void>;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
  on_progress?: (counts: ReplayCounts, hour: number) => void;
}

interface Run extends ReplayQuery {
  analysis_run: number;
  counts: ReplayCounts;
}

const HOUR_MS = 3_600_000;
/**
 * Maximum time between the arrival of a record and the delivery of its line to the lake, in
 * milliseconds. The time equals the retention of the stream.
 */
const MAX_DELIVERY_DELAY_MS = 24 * HOUR_MS;
const RECORDS_PER_STEP = 100;

/**
 * Analyses the records of a period again with the current analyzer. Publishes each record to the
 * stream with the same stamp and a higher `analysis_run`. The new result replaces the old
 * result in the results table, and the lake keeps both results. A replay can be repeated, because
 * the replay skips records whose result has the new analyzer version already.
 */
export async function replay(deps: ReplayDeps, query: ReplayQuery): Promise<ReplayCounts> {
  const counts = { lines: 0, replayed: 0, up_to_date: 0, without_text: 0, failed: 0 };
  const run = { ...query, counts, analysis_run: Math.floor(deps.now() / 1_000) };
  const last = Math.min(query.to + MAX_DELIVERY_DELAY_MS, deps.now());
  for (let hour = query.from - (query.from % HOUR_MS); hour <= last; hour += HOUR_MS) {
    for await (const lines of stepsOf(deps.lake.hour(hour), run)) {
      await replayLines(deps, run, lines);
      deps.on_progress?.(counts, hour);
    }
  }
  return counts;
}

/**
 * Collects the lines to replay in groups of 100 records. If several lines of one group belong to the
 * same record, the group keeps the line of the row's highest revision, because the lake contains the
 * lines of a record in any order.
 */
async function* stepsOf(lines: AsyncIterable<Result>, run: Run): AsyncIterable<Result[]> {
  const wanted = new Map<string, Result>();
  for await (const line of lines) {
    run.counts.lines += 1;
    if (isWanted(line, run)) keepNewest(wanted, line);
    if (wanted.size < RECORDS_PER_STEP) continue;
    yield [...wanted.values()];
    wanted.clear();
  }
  yield [...wanted.values()];
}

function keepNewest(wanted: Map<string, Result>, line: Result): void {
  const key = recordKey(line);
  const before = wanted.get(key);
  const isNewer = ({ revision = 0 }: Result) => revision <= (line.revision ?? 0);
  if (before === undefined || isNewer(before)) wanted.set(key, line);
}

function isWanted({ arrived_at, status, source }: Result, query: ReplayQuery): boolean {
  const at = Date.parse(arrived_at);
  if (status !== 'analyzed' || at < query.from || at >= query.to) return false;
  return query.source === undefined || query.source === source;
}

async function replayLines(deps: ReplayDeps, run: Run, lines: Result[]): Promise<void> {
  if (lines.length === 0) return;
  const { counts, analysis_run } = run;
  const due = await findDue(deps, run, lines);
  const records = due.flatMap((line) => rebuildRecord(line, analysis_run) ?? []);
  counts.up_to_date += lines.length - due.length;
  counts.without_text += due.length - records.length;
  if (deps.publisher === undefined) {
    counts.replayed += records.length;
    return;
  }
  await deps.pace(records.length);
  for await (const { status } of deps.publisher.publishAll(records)) {
    counts[status === 'accepted' ? 'replayed' : 'failed'] += 1;
  }
}

/**
 * Returns the lines that must be replayed. Compares each line with the current result of its
 * record. Both must be of the same acceptance and have the same text, and the current result must
 * not come from the analyzer and analyzer version of the replay.
 */
async function findDue(
  { results }: ReplayDeps,
  { analyzer }: Run,
  lines: Result[],
): Promise<Result[]> {
  const current = await results.getMany(lines);
  return lines.filter((line) => {
    const now = current.get(recordKey(line)) ?? line;
    const is_up_to_date =
      now.analyzer?.name === analyzer.name && now.analyzer.version === analyzer.version;
    const is_current = now.stamp === line.stamp && now.text_hash === line.text_hash;
    return is_current && !is_up_to_date;
  });
}

/** Builds the original record from a result. Returns undefined if the result has no text. */
function rebuildRecord(line: Result, analysis_run: number): RecordInput | undefined {
  if (line.text === undefined || line.text === '') return undefined;
  const record: Complete<RecordInput> = {
    ...pickCarried(line),
    record_id: line.record_id,
    tenant: line.tenant,
    source: line.source,
    record_version: line.record_version,
    stamp: line.stamp,
    text: line.text,
    text_claim: undefined,
    language: line.language_source === 'given' ? line.language_code : undefined,
    created_at: line.created_at,
    analysis_run,
    deleted: undefined,
  };
  return record;
}
