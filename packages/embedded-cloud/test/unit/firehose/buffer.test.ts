import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBuffer } from '../../../src/services/firehose/buffer.ts';
import type { Journal } from '../../../src/services/firehose/journal.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'buffer-'));
});
afterAll(() => rm(folder, { recursive: true }));

let ids = 0;
function openBuffer(size_bytes: number) {
  const sealed: Journal[] = [];
  const buffer = createBuffer({
    ...{ folder, size_bytes, interval_ms: 60_000, now: () => 5 },
    newId: () => String(ids++),
    onSealed: (journal) => void sealed.push(journal),
  });
  const readSealed = async () => {
    const contents = sealed.map(async (one) => (await one.readRecords()).map(String));
    return Promise.all(contents);
  };
  return { buffer, readSealed };
}

const records = (...texts: string[]) => texts.map((text) => Buffer.from(text));

it('a buffer is delivered when it has reached its size, with the put that reached it', async () => {
  const { buffer, readSealed } = openBuffer(4);
  await buffer.add(records('abc'));
  expect(await readSealed()).toEqual([]);
  await buffer.add(records('d'));
  expect(await readSealed()).toEqual([['abc', 'd']]);
  await buffer.add(records('e'));
  await buffer.seal();
  expect(await readSealed()).toEqual([['abc', 'd'], ['e']]);
});

it('after a put that failed, the accepted records are delivered, and the next put starts a new journal', async () => {
  const { buffer, readSealed } = openBuffer(1_000);
  await buffer.add(records('accepted'));
  await expect(buffer.add([{ length: -1 } as Buffer])).rejects.toThrow();
  expect(await readSealed()).toEqual([['accepted']]);
  await buffer.add(records('next'));
  await buffer.seal();
  expect(await readSealed()).toEqual([['accepted'], ['next']]);
});
