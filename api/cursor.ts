import { type InputPosition, inputPositionSchema } from '../schemas/index.ts';
import { ApiError } from './errors.ts';

/** For whatever opens a cursor. @throws {ApiError} VALIDATION_ERROR where it is none of that listing. */
export function badCursor(error: unknown): never {
  if (!(error instanceof RangeError)) throw error;
  throw new ApiError('VALIDATION_ERROR', 'cursor: is not one of this listing', { field: 'cursor' });
}

export function formatPosition({ records, bytes }: InputPosition): string {
  return Buffer.from(`${records} ${bytes}`).toString('base64url');
}

/** @throws {RangeError} */
export function parsePosition(cursor: string): InputPosition {
  const [, records, bytes] =
    /^(\d{1,12}) (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const parsed = inputPositionSchema.safeParse({
    records: Number(records),
    bytes: Number(bytes),
  });
  if (!parsed.success) throw new RangeError('The cursor is not one of this listing');
  return parsed.data;
}
