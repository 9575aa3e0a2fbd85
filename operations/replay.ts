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
  /** Of arrival, epoch milliseconds: from this on, and before that. */
  from: number;
  to: number;
  /** The analyzer's version that all are to have: results that have it are left alone. */
  analyzer_version: string;
  source?: string;
}

export interface ReplayCounts {
  /** Lines of the lake that were looked at. */
  lines: number;
  /** On the stream again. */
  replayed: number;
  /** Their result has that version, or the record has a newer version, or was withdrawn. */
  up_to_date: number;
  /** Kept without their text: nothing to analyse. */
  without_text: number;
  failed: number;
}

export interface ReplayDeps {
  lake: LakeLines;
  results: CurrentResults;
  /** Absent: counts, and publishes nothing. */
  publisher: Publisher | undefined;
  /** Waits until so many more records may be published. */
  pace: (records: number) => Promise<void>;
  /** Epoch milliseconds. */
  now: () => number;
  on_progress?: (counts: ReplayCounts, hour: number) => void;
}

const HOUR_MS = 3_600_000;
/** What arrived may wait on the stream: how long after its arrival a record can have reached the lake. */
const LATEST_DELIVERY_MS = 24 * HOUR_MS;
/** What one BatchGetItem reads. */
const RECORDS_AT_A_TIME = 100;

/**
 * Analyses again what the lake holds of a time, with the analyzer as it is now. Each record goes over the stream like any
 * other, as the same version of a later run: its result replaces the one in the table, and stands beside it in the lake.
 * Doing it twice does it once: what has the new version already is left alone.
 */
export async function replay(deps: ReplayDeps, query: ReplayQuery): Promise<ReplayCounts> {
  const counts = { lines: 0, replayed: 0, up_to_date: 0, without_text: 0, failed: 0 };
  const analysis_run = Math.floor(deps.now() / 1_000);
  const last = Math.min(query.to + LATEST_DELIVERY_MS, deps.now());
  for (let hour = query.from - (query.from % HOUR_MS); hour <= last; hour += HOUR_MS) {
    const wanted = new Map<string, Result>();
    const take = async () => {
      await replaySome(deps, query, [...wanted.values()], { analysis_run, counts });
      wanted.clear();
      deps.on_progress?.(counts, hour);
    };
    for await (const line of deps.lake.hour(hour)) {
      counts.lines += 1;
      if (isAskedFor(line, query)) wanted.set(recordKey(line), line);
      if (wanted.size === RECORDS_AT_A_TIME) await take();
    }
    await take();
  }
  return counts;
}

function isAskedFor({ arrived_at, status, source }: Result, query: ReplayQuery): boolean {
  const at = Date.parse(arrived_at);
  if (status !== 'analyzed' || at < query.from || at >= query.to) return false;
  return query.source === undefined || query.source === source;
}

async function replaySome(
  deps: ReplayDeps,
  { analyzer_version }: ReplayQuery,
  lines: Result[],
  run: { analysis_run: number; counts: ReplayCounts },
): Promise<void> {
  if (lines.length === 0) return;
  const { counts, analysis_run } = run;
  const current = await deps.results.getMany(lines);
  const due = lines.filter((line) => {
    const now = current.get(recordKey(line)) ?? line;
    return now.record_version === line.record_version && now.analyzer?.version !== analyzer_version;
  });
  const records = due.flatMap((line) => recordOf(line, analysis_run) ?? []);
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

/** Rebuilds the record that its producer sent, as far as the result has it. */
function recordOf(line: Result, analysis_run: number): RecordInput | undefined {
  if (line.text === undefined || line.text === '') return undefined;
  const record: Complete<RecordInput> = {
    ...pickCarried(line),
    record_id: line.record_id,
    tenant: line.tenant,
    source: line.source,
    record_version: line.record_version,
    text: line.text,
    text_claim: undefined,
    language: line.language_source === 'given' ? line.language_code : undefined,
    created_at: line.created_at,
    analysis_run,
    deleted: undefined,
  };
  return record;
}

/** Lets so many records a second through, evenly. */
export function createPace(
  records_per_second: number,
  deps: { now: () => number; sleep: (milliseconds: number) => Promise<unknown> },
): (records: number) => Promise<void> {
  let free_at = 0;
  return async (records) => {
    const start = Math.max(free_at, deps.now());
    free_at = start + (records / records_per_second) * 1_000;
    if (start > deps.now()) await deps.sleep(start - deps.now());
  };
}
