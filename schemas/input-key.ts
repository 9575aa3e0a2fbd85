import type { Format } from './formats.ts';

/** Folder of the job inputs in the input bucket. */
export const INPUTS_PREFIX = 'inputs/';

/** The key of a job's input in the input bucket. */
export function inputKey(job_id: string, format: Format): string {
  return `${INPUTS_PREFIX}${job_id}.${format}`;
}

const INPUT_KEY = new RegExp(`^${INPUTS_PREFIX}([A-Za-z0-9._:-]{1,128})\\.[A-Za-z0-9]+$`);

/** The job that an object's key names, whatever the ending; undefined for keys that no job can have. */
export function jobIdOfInputKey(key: string): string | undefined {
  return INPUT_KEY.exec(key)?.[1];
}
