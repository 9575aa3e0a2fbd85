import type { Format } from './formats.ts';

/** Prefix of the keys of all job inputs in the input bucket. */
export const INPUTS_PREFIX = 'inputs/';

/** Returns the key of a job's input in the input bucket. */
export function inputKey(job_id: string, format: Format): string {
  return `${INPUTS_PREFIX}${job_id}.${format}`;
}

const INPUT_KEY = new RegExp(`^${INPUTS_PREFIX}([A-Za-z0-9._:-]{1,128})\\.[A-Za-z0-9]+$`);

/**
 * Returns the job id that an object key contains. The key may have any ending. Returns undefined if
 * the key cannot be the key of a job's input.
 */
export function jobIdOfInputKey(key: string): string | undefined {
  return INPUT_KEY.exec(key)?.[1];
}
