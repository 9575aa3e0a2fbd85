import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatPosition, parsePosition, throwBadCursor } from '../../../../api/http/cursor.ts';

const position = fc.integer({ min: 0, max: 999_999_999_999 });

it('a cursor of job results leads back to the position it was made of, and needs no escape in a URL', () => {
  fc.assert(
    fc.property(position, (some) => {
      const cursor = formatPosition(some);
      expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(parsePosition(cursor)).toEqual(some);
    }),
  );
});

const encode = (text: string) => Buffer.from(text).toString('base64url');

it.each(['', 'abc', encode('record -1'), encode('1 5'), encode('record'), encode('record 1 2')])(
  'the tampered cursor %j is a 400 that names the field cursor',
  (cursor) => {
    expect(() => parsePosition(cursor)).toThrow(
      expect.objectContaining({
        code: 'VALIDATION_ERROR',
        options: { field: 'cursor' },
      }),
    );
  },
);

it('a cursor that is any string is a position or a 400', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (cursor) => {
      try {
        const job_index = parsePosition(cursor);
        expect(Number.isSafeInteger(job_index) && job_index >= 0).toBe(true);
      } catch (error) {
        expect(error).toMatchObject({ code: 'VALIDATION_ERROR' });
      }
    }),
  );
});

it('throwBadCursor passes on an error that is not about a cursor', () => {
  const bug = new TypeError('This is a bug');
  expect(() => throwBadCursor(bug)).toThrow(bug);
});
