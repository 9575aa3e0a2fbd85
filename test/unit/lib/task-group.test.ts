import { expect, it } from 'vitest';
import { TaskGroup } from '../../../lib/task-group.ts';

it('a task group returns the values of its tasks in the order in which they were added', async () => {
  const group = new TaskGroup<number>();
  group.add(new Promise((resolve) => setImmediate(() => resolve(1))));
  group.add(Promise.resolve(2));
  expect(await group.join()).toEqual([1, 2]);
});

it('a task group throws the error of a failed task only after every other task has ended', async () => {
  const group = new TaskGroup();
  let has_ended = false;
  group.add(Promise.reject(new Error('failed')));
  group.add(
    new Promise((resolve) =>
      setImmediate(() => {
        has_ended = true;
        resolve();
      }),
    ),
  );
  await expect(group.join()).rejects.toThrow('failed');
  expect(has_ended).toBe(true);
});

it('a task that fails long before it is joined does not end the process', async () => {
  const unhandled: unknown[] = [];
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (error) => unhandled.push(error));
  try {
    const group = new TaskGroup();
    group.add(Promise.reject(new Error('failed')));
    await new Promise(setImmediate);
    await expect(group.join()).rejects.toThrow('failed');
  } finally {
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  }
  expect(unhandled).toEqual([]);
});
