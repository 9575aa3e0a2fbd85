import { expect, it } from 'vitest';
import { ServiceError } from '../../../schemas/index.ts';

it('the error of a service names the service and the code, and keeps its cause', () => {
  const cause = new Error('the text of a user');
  const error = new ServiceError('kinesis', 'Throttled', { retryable: true, cause });
  expect(error.name).toBe('ServiceError');
  expect(error.message).toBe('kinesis: Throttled');
  expect(error.cause).toBe(cause);
  expect(error).toMatchObject({ service: 'kinesis', code: 'Throttled', retryable: true });
});

it('the error of a service is neither a throttled call nor a refused input unless that is known', () => {
  const create = (known: object) => {
    const error = new ServiceError('s', 'c', { retryable: false, ...known });
    return [error.retryable, error.throttled, error.refuses_input];
  };
  expect(create({})).toEqual([false, false, false]);
  expect(create({ throttled: true })).toEqual([false, true, false]);
  expect(create({ refuses_input: true })).toEqual([false, false, true]);
});
