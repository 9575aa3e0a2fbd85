import type { Client } from '../../client/index.ts';

export interface Measured {
  rows: number;
  seconds: number;
  first_row_seconds: number;
  /**
   * Growth of the memory of the process, with the emulated services, after the first tenth of the rows.
   * By then the function has started.
   */
  rss_growth_mib: number;
  /** Bytes of the rows as JSON lines. */
  mib: number;
}

/**
 * Streams the results of a job.
 *
 * @throws {Error} if a row is missing or not the expected one.
 */
export async function measureDownload(
  client: Client,
  job_id: string,
  expected: number,
): Promise<Measured> {
  const started_at = performance.now();
  let rss_start: number | undefined;
  let rss_peak = 0;
  let first_row_at: number | undefined;
  let rows = 0;
  let bytes = 0;
  for await (const row of client.download(job_id)) {
    first_row_at ??= performance.now();
    if (row.job_index !== rows || row.record_id !== `r-${rows}`) {
      throw new Error(`Expected the result of record ${rows}, got ${JSON.stringify(row)}`);
    }
    rows += 1;
    bytes += Buffer.byteLength(JSON.stringify(row)) + 1;
    if (rows < expected / 10 || rows % 500 !== 0) continue;
    const rss = process.memoryUsage.rss();
    rss_start ??= rss;
    rss_peak = Math.max(rss_peak, rss);
  }
  if (rows !== expected) throw new Error(`Expected ${expected} rows, got ${rows}`);
  const ended_at = performance.now();
  return {
    rows,
    seconds: (ended_at - started_at) / 1_000,
    first_row_seconds: ((first_row_at ?? ended_at) - started_at) / 1_000,
    rss_growth_mib: (rss_peak - (rss_start ?? rss_peak)) / 2 ** 20,
    mib: bytes / 2 ** 20,
  };
}
