import type { Books, ReplayBook } from './books.ts';
import { versionKey } from './expectations.ts';
import type { Findings } from './findings.ts';
import type { StoredResult } from './formats.ts';
import type { StoreContents } from './stores.ts';

/**
 * Checks that each current result of the replayed period was analysed again.
 *
 * @returns the number of results that were analysed again.
 */
export function checkReplay(books: Books, contents: StoreContents, findings: Findings): number {
  const { replay } = books;
  if (replay === undefined) return 0;
  // The consumer drops the records of cancelled jobs, also during a replay.
  const open = new Set(books.jobs.filter(({ fate }) => fate !== 'cancel').map((job) => job.job_id));
  const replayable = new Set(
    contents.lines.filter((line) => isReplayable(line, replay)).map(versionKey),
  );
  let replayed = 0;
  for (const row of contents.rows) {
    const is_open = row.job_id === undefined || open.has(row.job_id);
    if (!is_open || !replayable.has(versionKey(row))) continue;
    if ((row.analysis_run ?? 0) >= Math.floor(replay.to / 1_000)) replayed += 1;
    else findings.add('lost', `${versionKey(row)} was not replayed`);
  }
  return replayed;
}

function isReplayable({ arrived_at, status, text }: StoredResult, { from, to }: ReplayBook) {
  const at = Date.parse(arrived_at);
  return status === 'analyzed' && text !== undefined && at >= from && at < to;
}
