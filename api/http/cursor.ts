import { type InputPosition, inputPositionSchema } from '../../schemas/index.ts';
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

export function formatPosition({ records, bytes }: InputPosition): string {
  return Buffer.from(`${records} ${bytes}`).toString('base64url');
}

/**
 * Reads the position in a job's input from a cursor that {@link formatPosition} wrote.
 *
 * @throws {HttpError} VALIDATION_ERROR if the cursor has another format.
 */
export function parsePosition(cursor: string): InputPosition {
  const [, records, bytes] =
    /^(\d{1,12}) (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const parsed = inputPositionSchema.safeParse({ records: Number(records), bytes: Number(bytes) });
  if (!parsed.success) throwBadCursor(new RangeError('The cursor is not one of this listing'));
  return parsed.data;
}
