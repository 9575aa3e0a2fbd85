import { randomBytes } from 'node:crypto';

/**
 * Creates the id of a run, such as `run_20261127-182233-3fa9c1d0`. It begins with the time, in UTC, so
 * that runs sort by time.
 *
 * @param now the time in epoch milliseconds.
 */
export function createRunId(now: number): string {
  const [day, time] = new Date(now).toISOString().replaceAll(/[-:]/g, '').slice(0, 15).split('T');
  return `run_${day}-${time}-${randomBytes(4).toString('hex')}`;
}
