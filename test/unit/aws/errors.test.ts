import { expect, it } from 'vitest';
import { isThrottling, requireField, translateError } from '../../../aws/errors.ts';

const anError = (name: string, httpStatusCode?: number) =>
  Object.assign(new Error('private words'), { name, $metadata: { httpStatusCode } });

it.each([
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'ProvisionedThroughputExceededException',
  'ProvisionedThroughputExceeded',
  'ThrottlingError',
  'LimitExceededException',
  'SlowDown',
])('%s is a throttled call, which may be tried again', (name) => {
  expect(isThrottling(name)).toBe(true);
  expect(translateError('s', anError(name, 400))).toMatchObject({
    throttled: true,
    retryable: true,
  });
});

it.each([
  [400, false, false],
  [403, false, false],
  [429, true, true],
  [499, false, false],
  [500, true, false],
  [503, true, false],
  [undefined, true, false],
  [302, true, false],
])(
  'a call that ends with the status %s: retryable %s, throttled %s',
  (status, retryable, throttled) => {
    const error = translateError('s3', anError('Odd', status));
    expect(error).toMatchObject({ service: 's3', code: 'Odd', retryable, throttled });
    expect(error.message).not.toContain('private');
  },
);

it.each([
  ['ECONNREFUSED', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
  ['ECONNRESET', Object.assign(new Error('socket'), { name: 'TimeoutError', code: 'ECONNRESET' })],
  [
    'ERR_HTTP2_ERROR',
    new Error('h2', { cause: Object.assign(new Error('stream'), { code: 'ERR_HTTP2_ERROR' }) }),
  ],
  ['TimeoutError', Object.assign(new Error('slow'), { name: 'TimeoutError', code: 'ETIMEDOUT' })],
  ['Error', new Error('other')],
  ['Odd', Object.assign(anError('Odd', 500), { code: 'ECONNRESET' })],
])('a failed connection is named %s, by the code of its cause', (code, error) => {
  expect(translateError('s', error)).toMatchObject({ code, retryable: true, throttled: false });
});

it('what is thrown without a name is an error to retry', () => {
  expect(translateError('s', undefined)).toMatchObject({ code: 'UnknownError', retryable: true });
});

it('a field that a service leaves out is an error to retry, and an empty one is not', () => {
  expect(() => requireField('s3', 'Body', undefined)).toThrow('MissingBody');
  try {
    requireField('s3', 'Body', undefined);
  } catch (error) {
    expect(error).toMatchObject({ name: 'ServiceError', code: 'MissingBody', retryable: true });
  }
  expect(requireField('s3', 'Body', '')).toBe('');
  expect(requireField('s3', 'Body', 0)).toBe(0);
});
