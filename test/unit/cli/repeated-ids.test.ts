import { expect, it } from 'vitest';
import { RepeatedIds } from '../../../cli/files/repeated-ids.ts';

it('repeated ids are counted, each repetition once', () => {
  const ids = new RepeatedIds();
  for (const id of ['a', 'b', 'a', 'c', 'a', 'b']) ids.add(id);
  expect(ids.repeated).toBe(3);
  for (let i = 0; i < 50_000; i += 1) ids.add(`id-${i}`);
  expect(ids.repeated).toBe(3);
});
