import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { ResultsReader } from '../../api/ports.ts';
import type { SetAsideReader } from '../../aws/s3/set-aside-bucket.ts';
import { type Result, recordKey } from '../../schemas/index.ts';
import type { Progress } from '../output/progress.ts';
import type { Published } from './publish.ts';

const POLL_MS = 400;
/** The wait fails if no record finishes for this number of milliseconds. */
const STALLED_MS = 120_000;

export interface WaitOptions {
  results: ResultsReader;
  set_asides: SetAsideReader;
  published: Published[];
  progress: Progress;
  signal: AbortSignal;
  on_first: (result: Result) => void;
}

/**
 * Waits until every published record is a result or a set-aside.
 *
 * @throws {Error} if two minutes pass without a newly finished record, or if the signal is aborted.
 */
export async function waitForRecords(options: WaitOptions): Promise<void> {
  const { published, progress, signal } = options;
  const reportFirst = once(options.on_first);
  let open = published;
  let ended_at = performance.now();
  while (open.length > 0) {
    const before = open.length;
    open = await findOpen(options, open, reportFirst);
    if (open.length < before) ended_at = performance.now();
    if (performance.now() - ended_at > STALLED_MS) {
      throw new Error(`${open.length} records have not ended, the first is ${open[0]?.record_id}`);
    }
    progress.update(`${published.length - open.length} of ${published.length} records have ended`);
    if (open.length > 0) await sleep(POLL_MS, undefined, { signal });
  }
}

async function findOpen(
  { results, set_asides }: WaitOptions,
  open: Published[],
  reportFirst: (result: Result) => void,
): Promise<Published[]> {
  const found = await results.getMany(open.filter(({ bad }) => !bad));
  for (const result of found.values()) if (result.status === 'analyzed') reportFirst(result);
  const without_result = open.filter((record) => {
    const result = found.get(recordKey(record));
    return result === undefined || (result.record_version ?? 0) < record.record_version;
  });
  // A set-aside may be one of up to 100 bad lines, so a few requests at a time are enough.
  const limit = pLimit(8);
  const is_set_aside = await limit.map(
    without_result,
    async (record) => record.bad && (await set_asides.get(record.position_id)) !== undefined,
  );
  return without_result.filter((_, i) => !is_set_aside[i]);
}

function once<Value>(report: (value: Value) => void): (value: Value) => void {
  let is_reported = false;
  return (value) => {
    if (is_reported) return;
    is_reported = true;
    report(value);
  };
}
