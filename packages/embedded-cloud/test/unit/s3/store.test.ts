import { createHash } from 'node:crypto';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createObjectStore, type ObjectStore } from '../../../src/services/s3/store.ts';

let root: string;
let store: ObjectStore;
const INFO = {
  etag: 'e',
  last_modified: 5,
  headers: { 'content-type': 'text/plain' },
  checksums: {},
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'store-'));
  store = createObjectStore(root);
  await store.createBucket('bucket');
});
afterEach(() => rm(root, { recursive: true }));

it('keeps objects over a restart', async () => {
  await store.put('bucket', 'a/b', Buffer.from('bytes'), INFO);
  const restarted = createObjectStore(root);
  expect(await restarted.info('bucket', 'a/b')).toMatchObject({ ...INFO, bytes: 5 });
  expect(await restarted.keys('bucket', '', '')).toEqual(['a/b']);
});

it('knows a file that somebody else put there, or wrote over', async () => {
  await store.put('bucket', 'a', Buffer.from('bytes'), INFO);
  await writeFile(join(root, 'bucket', 'a'), 'bytez');
  await utimes(join(root, 'bucket', 'a'), 7, 7);
  await writeFile(join(root, 'bucket', 'b'), 'new');
  expect(await store.info('bucket', 'a')).toMatchObject({
    etag: createHash('md5').update('bytez').digest('hex'),
    last_modified: 7_000,
    headers: {},
  });
  expect((await store.info('bucket', 'b'))?.bytes).toBe(3);
  expect(await store.keys('bucket', '', '')).toEqual(['a', 'b']);
});

it('gives a reader the bytes it opened, whatever replaces them', async () => {
  await store.put('bucket', 'a', Buffer.from('first'), INFO);
  const opened = (await store.open('bucket', 'a'))!;
  await store.put('bucket', 'a', Buffer.from('later'), INFO);
  expect((await opened.read(0, 5)).toString()).toBe('first');
  await opened.close();
});

it('writes nothing where the condition refuses', async () => {
  await store.put('bucket', 'a', Buffer.from('first'), INFO);
  const refused = store.put('bucket', 'a', Buffer.from('later'), INFO, () => {
    throw new Error('refused');
  });
  await expect(refused).rejects.toThrow('refused');
  expect((await store.info('bucket', 'a'))?.etag).toBe('e');
});
