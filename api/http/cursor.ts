import { HttpError } from './errors.ts';

/**
 * Translates a RangeError into an error for the caller. A RangeError means that the cursor belongs
 * to another listing. The function throws every other error unchanged.
 *
 * @throws {HttpError} VALIDATION_ERROR if the error is a RangeError.
 */
export function throwBadCursor(error: unknown): never {
  if (!(error instanceof RangeError)) throw error;
  throw new HttpError('VALIDATION_ERROR', 'cursor: is not one of this listing', {
    field: 'cursor',
  });
}

/** Writes the index of a record of a job as a cursor. */
export function formatPosition(job_index: number): string {
  return Buffer.from(`record ${job_index}`).toString('base64url');
}

/**
 * Reads the index of a record of a job from a cursor that {@link formatPosition} wrote.
 *
 * @throws {HttpError} VALIDATION_ERROR if the cursor has another format.
 */
export function parsePosition(cursor: string): number {
  const [, job_index] =
    /^record (\d{1,12})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (job_index === undefined) {
    throwBadCursor(new RangeError('The cursor is not one of this listing'));
  }
  return Number(job_index);
}
