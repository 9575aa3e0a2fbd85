import { expect, it } from 'vitest';
import { listProcessed } from '../../../src/runtime/queue-source/queue-event.ts';

const MESSAGES = ['a', 'b', 'c'].map((MessageId) => ({ MessageId }));
const answer = (payload: unknown) =>
  ({ kind: 'answered', request_id: 'r', payload: JSON.stringify(payload) }) as const;
const reportFailed = (...ids: unknown[]) =>
  answer({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
const idsOf = (...of: Parameters<typeof listProcessed>) =>
  listProcessed(...of).map(({ MessageId }) => MessageId);

it('only the messages that the function did not report as failed leave the queue', () => {
  expect(idsOf(reportFailed('b'), MESSAGES, true)).toEqual(['a', 'c']);
  expect(idsOf(reportFailed('c', 'a'), MESSAGES, true)).toEqual(['b']);
  expect(idsOf(reportFailed('a', 'b', 'c'), MESSAGES, true)).toEqual([]);
});

it.each([
  null,
  '',
  'text',
  7,
  [],
  {},
  { batchItemFailures: null },
  { batchItemFailures: [] },
  { batchItemFailures: 'a' },
])('after the answer %j, all messages leave the queue', (payload) => {
  expect(idsOf(answer(payload), MESSAGES, true)).toEqual(['a', 'b', 'c']);
});

it.each([
  [reportFailed('')],
  [reportFailed(null)],
  [reportFailed('x')],
  [reportFailed('a', 'x')],
  [reportFailed(1)],
  [answer({ batchItemFailures: [{ id: 'a' }] })],
  [answer({ batchItemFailures: [null] })],
])('after the invalid report %j, all messages stay in the queue', (invocation) => {
  expect(idsOf(invocation, MESSAGES, true)).toEqual([]);
});

it('if the function failed or was not invoked, all messages stay in the queue', () => {
  const failed = { kind: 'failed', request_id: 'r', payload: '{}' } as const;
  const refused = { kind: 'refused', code: 'TooManyRequestsException', message: '' } as const;
  expect(idsOf(failed, MESSAGES, true)).toEqual([]);
  expect(idsOf(failed, MESSAGES, false)).toEqual([]);
  expect(idsOf(refused, MESSAGES, true)).toEqual([]);
});

it('a mapping without ReportBatchItemFailures ignores the report of the function', () => {
  expect(idsOf(reportFailed('b'), MESSAGES, false)).toEqual(['a', 'b', 'c']);
});
