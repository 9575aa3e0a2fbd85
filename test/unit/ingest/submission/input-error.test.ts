import { expect, it } from 'vitest';
import { EmptyFileError, UnreadableFileError } from '../../../../ingest/sources/file-error.ts';
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

it('a file that cannot be read makes the job FAILED with INPUT_UNREADABLE, and the message advises', () => {
  const error = new UnreadableFileError('The input is a web page.', 'Download it again.');
  expect(toJobError(error)).toEqual({
    code: 'INPUT_UNREADABLE',
    message: 'The input is a web page. Download it again.',
  });
});

it('a file without a byte makes the job FAILED with INPUT_EMPTY', () => {
  expect(toJobError(new EmptyFileError('The input is empty.', ''))?.code).toBe('INPUT_EMPTY');
});

it.each([
  new ServiceError('s3', 'SlowDown', { retryable: true }),
  Object.assign(new Error('no'), { code: 'ECONNRESET' }),
  new TypeError('undefined is not a function'),
])('the error %s does not make the job FAILED, because a retry may succeed', (error) => {
  expect(toJobError(error)).toBeUndefined();
});
