import type { InspectedFile } from '../sources/inspect/inspect-file.ts';
import type { JobInputs } from './ports.ts';

/** Number of files whose inspection is remembered. One takes about 64 KiB. */
const MAX_FILES = 32;

/**
 * Inspections of the inputs of jobs, by key and etag. A page of results, and each part of a
 * submission, reads rows without looking at the start of the file again. Every read of rows still
 * requests the object with its etag, so a replaced file is detected.
 */
const known_files = new WeakMap<Pick<JobInputs, 'read'>, Map<string, InspectedFile>>();

/** Returns what a process has found out about a file, or undefined if it must look at the file. */
export function recallFile(
  inputs: Pick<JobInputs, 'read'>,
  place: string,
): InspectedFile | undefined {
  return known_files.get(inputs)?.get(place);
}

/** Remembers the inspection of a file, and forgets the one that was remembered first. */
export function rememberFile(
  inputs: Pick<JobInputs, 'read'>,
  place: string,
  file: InspectedFile,
): void {
  const files = known_files.get(inputs) ?? new Map<string, InspectedFile>();
  known_files.set(inputs, files.set(place, file));
  const [oldest] = files.keys();
  if (files.size > MAX_FILES && oldest !== undefined) files.delete(oldest);
}
