import { expect, it } from 'vitest';
import { respond } from '../../../../processors/stream/respond.ts';

it('the response names each failed record once, in the order of the stream', () => {
  expect(respond(['1', '2', '3', '4'], ['4', '2', '2'])).toEqual({
    batchItemFailures: [{ itemIdentifier: '2' }, { itemIdentifier: '4' }],
  });
});

it('the response names no record that the batch does not have: Lambda would repeat the whole batch', () => {
  expect(respond(['1'], ['', '9'])).toEqual({ batchItemFailures: [] });
});
