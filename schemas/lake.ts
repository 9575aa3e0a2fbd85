/**
 * Prefix of the objects that Firehose writes to the lake's bucket. The table `results_raw` reads the
 * objects below the prefix.
 */
export const RAW_PREFIX = 'results_raw/';

/**
 * Formats a time as the hour of its partition, such as `2026/11/27/06`, in UTC. Hours sort as
 * strings. The hour is a part of each object's key.
 */
export function formatHour(epoch_ms: number): string {
  return new Date(epoch_ms).toISOString().slice(0, 13).replaceAll(/[-T]/g, '/');
}
