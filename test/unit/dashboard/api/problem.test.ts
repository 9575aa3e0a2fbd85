import { expect, it } from 'vitest';
import { describeRefusal } from '../../../../dashboard/api/problem.ts';

const body = (code: string, more = {}) => ({ error: { code, message: 'the message', ...more } });

it.each([
  [401, 'UNAUTHORIZED', 'key'],
  [403, 'FORBIDDEN', 'key'],
  [403, 'MISSING_RIGHT', 'right'],
  [429, 'RATE_LIMIT_EXCEEDED', 'busy'],
  [429, 'BUDGET_EXCEEDED', 'budget'],
  [400, 'VALIDATION_ERROR', 'refused'],
  [413, 'PAYLOAD_TOO_LARGE', 'refused'],
  [500, 'INTERNAL_ERROR', 'bug'],
  [503, 'SERVICE_UNAVAILABLE', 'unreachable'],
])('status %i with the code %s is a problem of the kind %s', (status, code, kind) => {
  expect(describeRefusal(status, body(code))).toMatchObject({
    kind,
    status,
    message: 'the message',
  });
});

it('a refusal tells the rights of which the key needs one, and the time to wait', () => {
  const more = { required_rights: ['jobs'], retry_after: 7 };
  expect(describeRefusal(403, body('MISSING_RIGHT', more))).toMatchObject({
    rights: ['jobs'],
    retry_after: 7,
  });
});

it.each([undefined, null, 'text', {}, { error: 'text' }, { error: null }])(
  'an answer of a proxy, such as %j, is described by its status',
  (unknown) => {
    expect(describeRefusal(502, unknown)).toMatchObject({
      kind: 'unreachable',
      message: 'HTTP 502',
      rights: [],
    });
  },
);
