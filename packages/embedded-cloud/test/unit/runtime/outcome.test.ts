import { expect, it } from 'vitest';
import { readOutcome } from '../../../src/runtime/event-source/outcome.ts';

const NUMBERS = ['49590338271490256608559692538361571095921575989136588898', '9', '10'];
const answer = (...ids: unknown[]) =>
  JSON.stringify({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

it.each([
  'null',
  '{}',
  '""',
  '{"batchItemFailures":null}',
  '{"batchItemFailures":[]}',
  '{"other":[1]}',
])('the answer %s is a success', (payload) => {
  expect(readOutcome(payload, NUMBERS)).toEqual({ kind: 'success' });
});

it.each([
  answer(''),
  answer(null),
  answer('11'),
  answer('10', 'unknown'),
  '{"batchItemFailures":[{"id":"10"}]}',
  '{"batchItemFailures":[null]}',
])('the answer %s is a failure of the whole batch', (payload) => {
  expect(readOutcome(payload, NUMBERS)).toEqual({ kind: 'failure' });
});

it('a partial answer resumes at the lowest number, not at the first in text order', () => {
  expect(readOutcome(answer(NUMBERS[0], '10', '9'), NUMBERS)).toEqual({
    kind: 'partial',
    from_sequence_number: '9',
  });
});
