import { expect, it } from 'vitest';
import { toJobError, UnusableInputError } from '../../../../ingest/submission/input-error.ts';
import { InputChangedError } from '../../../../ingest/submission/ports.ts';
import { ServiceError } from '../../../../schemas/index.ts';

it('an unusable input gives its job the code and the message of the error', () => {
  const error = new UnusableInputError('INPUT_EMPTY', 'The input has no records');
  expect(error.name).toBe('UnusableInputError');
  expect(toJobError(error)).toEqual({ code: 'INPUT_EMPTY', message: 'The input has no records' });
  const figures = { records: 7 };
  const refused = new UnusableInputError('TOO_MANY_RECORDS', 'Too many', figures);
  expect(toJobError(refused)).toEqual({ code: 'TOO_MANY_RECORDS', message: 'Too many', figures });
});

it('an input that was replaced makes its job FAILED with INPUT_CHANGED', () => {
  const error = new InputChangedError('The input has another etag');
  expect(error.name).toBe('InputChangedError');
  expect(toJobError(error)).toMatchObject({ code: 'INPUT_CHANGED' });
});

it.each(['CSV_QUOTE_NOT_CLOSED', 'INVALID_OPENING_QUOTE'])(
  'the parser error %s makes the job FAILED with INPUT_UNREADABLE, and the message names it',
  (code) => {
    const error = toJobError(Object.assign(new Error('private words'), { code }));
    expect(error?.code).toBe('INPUT_UNREADABLE');
    expect(error?.message).toMatch(new RegExp(`: ${code}$`));
    expect(error?.message).not.toContain('private words');
  },
);

it.each([
  new ServiceError('s3', 'SlowDown', { retryable: true }),
  Object.assign(new Error('no'), { code: 'ECONNRESET' }),
  Object.assign(new Error('no'), { code: 'NOT_A_CSV_ERROR' }),
  Object.assign(new Error('no'), { code: 'INVALID_OPENING_QUOTES' }),
  Object.assign(new Error('no'), { code: ['CSV_'] }),
  new TypeError('undefined is not a function'),
])('the error %s does not make the job FAILED, because a retry may succeed', (error) => {
  expect(toJobError(error)).toBeUndefined();
});
