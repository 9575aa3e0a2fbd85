import { expect, it } from 'vitest';
import { describeSafely } from '../../../lib/safe-error.ts';

it('a described error has its name and frames, and nothing of its message', () => {
  const described = describeSafely(new RangeError('I love my cat'));
  expect(described.error_name).toBe('RangeError');
  expect(described.frames[0]).toMatch(/safe-error\.test\.ts:\d+:\d+/);
  expect(JSON.stringify(described)).not.toContain('cat');
});

it('a line of the message that looks like a stack frame is not taken for one', () => {
  const described = describeSafely(new Error('one\n    at my cat (home:1:1)\nthree'));
  expect(described.frames.length).toBeGreaterThan(0);
  expect(JSON.stringify(described)).not.toContain('cat');
});

it('an error whose message was changed after it was thrown is described without frames', () => {
  const error = new Error('one\n    at my cat (home:1:1)');
  const { stack = '' } = error;
  Object.assign(error, { message: 'two', stack });
  expect(describeSafely(error)).toEqual({ error_name: 'Error', frames: [] });
});

it('a thrown value that is no error is described by its type alone', () => {
  expect(describeSafely('I love my cat')).toEqual({ error_name: 'string', frames: [] });
});
