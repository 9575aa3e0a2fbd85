/** Returns the latency that a share of the records does not exceed, in milliseconds. */
export function percentile(latencies: { ms: number; records: number }[], share: number): number {
  const sorted = [...latencies].sort((a, b) => a.ms - b.ms);
  const total = sorted.reduce((sum, { records }) => sum + records, 0);
  let seen = 0;
  for (const { ms, records } of sorted) {
    seen += records;
    if (seen >= total * share) return ms;
  }
  return 0;
}
