import { expect, it } from 'vitest';
import { applyUpdate } from '../../../bench/services/update-item.ts';

it('the DynamoDB of the benchmark computes a field from the attributes that the expression names', () => {
  const before = { a: { N: '1' }, b: { N: '20' }, kept: { S: 'k' } };
  const update = {
    UpdateExpression: 'SET a = b + :x, #c = if_not_exists(b, :x), d = if_not_exists(e, :x), f = :x',
    ExpressionAttributeNames: { '#c': 'c' },
    ExpressionAttributeValues: { ':x': { N: '3' } },
  };
  expect(applyUpdate(before, update)).toEqual({
    ...{ a: { N: '23' }, b: { N: '20' }, c: { N: '20' }, d: { N: '3' }, f: { N: '3' } },
    kept: { S: 'k' },
  });
});
