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

it.each([
  ['InvalidRequestException', 400, true],
  ['ValidationException', 400, true],
  ['TextSizeLimitExceededException', 400, true],
  ['BatchSizeLimitExceededException', 400, true],
  ['SerializationException', 400, true],
  ['RequestEntityTooLarge', 413, true],
  ['AccessDeniedException', 400, false],
  ['AccessDenied', 403, false],
  ['UnrecognizedClientException', 400, false],
  ['ExpiredTokenException', 400, false],
  ['InvalidSignatureException', 400, false],
  ['MissingAuthenticationTokenException', 400, false],
  ['NotAuthorized', 400, false],
  ['OptInRequired', 400, false],
  ['SubscriptionRequiredException', 400, false],
  ['ServiceQuotaExceededException', 400, false],
  ['UnknownOperationException', 400, false],
  ['LimitExceededException', 400, false],
  ['ThrottlingException', 400, false],
  ['ResourceNotFoundException', 404, false],
  ['InternalServerException', 500, false],
])(
  'the error %s with status %s refuses the content of its call: %s',
  (name, status, refuses_input) => {
    expect(translateError('s', anError(name, status)).refuses_input).toBe(refuses_input);
  },
);
