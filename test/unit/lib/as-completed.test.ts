import { expect, it } from 'vitest';
import { asCompleted } from '../../../lib/as-completed.ts';

/** Returns a promise, together with the functions that resolve and reject the promise. */
function aPromise<Value>() {
  let resolve = (_value: Value) => {};
  let reject = (_cause: Error) => {};
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

it('values are yielded in the order in which their promises settle', async () => {
  const [a, b, c] = [aPromise<string>(), aPromise<string>(), aPromise<string>()];
  const values = asCompleted([a.promise, b.promise, c.promise]);
  c.resolve('c');
  a.resolve('a');
  expect((await values.next()).value).toBe('c');
  expect((await values.next()).value).toBe('a');
  const last = values.next();
  b.resolve('b');
  expect((await last).value).toBe('b');
  expect((await values.next()).done).toBe(true);
});

it('a rejection is thrown at its place in the order', async () => {
  const [a, b] = [aPromise<string>(), aPromise<string>()];
  const values = asCompleted([a.promise, b.promise]);
  b.resolve('b');
  await b.promise;
  a.reject(new Error('a failed'));
  expect((await values.next()).value).toBe('b');
  await expect(values.next()).rejects.toThrow('a failed');
});

it('no promise at all ends the iteration', async () => {
  expect((await asCompleted([]).next()).done).toBe(true);
});
