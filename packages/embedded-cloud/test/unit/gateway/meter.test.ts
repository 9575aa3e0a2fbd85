import { expect, test } from 'vitest';
import { errorCodeOf } from '../../../src/gateway/error-code.ts';
import { createMeter } from '../../../src/gateway/meter.ts';
import type { AwsCall } from '../../../src/gateway/types.ts';

const call = (service: string, action: string, caller: string): AwsCall => ({
  service,
  action,
  caller: { access_key_id: caller, name: caller },
  method: 'POST',
  path: '/',
  query: new URLSearchParams(),
  headers: {},
  body: Buffer.from('12345'),
});

test('the meter counts per service, action and caller, until it is reset', () => {
  let time = 100;
  const meter = createMeter(() => time);
  const batch = call('comprehend', 'BatchDetectSentiment', 'Consumer');
  meter.count(batch, { duration_ms: 3, response_bytes: 10 });
  meter.use(batch, { documents: 25, billed_units: 75 });
  meter.count(batch, { duration_ms: 4, response_bytes: 20, error_code: 'ThrottlingException' });
  meter.count(call('comprehend', 'BatchDetectSentiment', 'Api'), {
    duration_ms: 1,
    response_bytes: 1,
  });
  expect(meter.read()).toEqual({
    since: 100,
    entries: [
      {
        service: 'comprehend',
        action: 'BatchDetectSentiment',
        caller: 'Consumer',
        calls: 2,
        errors: { ThrottlingException: 1 },
        request_bytes: 10,
        response_bytes: 30,
        duration_ms: 7,
        usage: { documents: 25, billed_units: 75 },
      },
      expect.objectContaining({ caller: 'Api', calls: 1, errors: {}, usage: {} }),
    ],
  });
  time = 200;
  meter.reset();
  expect(meter.read()).toEqual({ since: 200, entries: [] });
});

test.each([
  [200, '{"__type":"NotAnError"}', undefined],
  [
    400,
    '{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}',
    'ResourceNotFoundException',
  ],
  [503, '<Error><Code>SlowDown</Code></Error>', 'SlowDown'],
  [404, '', '404'],
])('an error of status %i with body %s is counted as %s', (status, body, code) => {
  expect(errorCodeOf({ status, headers: {}, body })).toBe(code);
});
