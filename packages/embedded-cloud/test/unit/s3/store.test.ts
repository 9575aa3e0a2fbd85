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

it('the object store keeps objects over a restart', async () => {
  await store.put('bucket', 'a/b', Buffer.from('bytes'), INFO);
  const restarted = createObjectStore(root);
  expect(await restarted.readInfo('bucket', 'a/b')).toMatchObject({ ...INFO, bytes: 5 });
  expect(await restarted.listKeys('bucket', '', '')).toEqual(['a/b']);
});

it('the object store reads a file that another program wrote or replaced', async () => {
  await store.put('bucket', 'a', Buffer.from('bytes'), INFO);
  await writeFile(join(root, 'bucket', 'a'), 'bytez');
  await utimes(join(root, 'bucket', 'a'), 7, 7);
  await writeFile(join(root, 'bucket', 'b'), 'new');
  expect(await store.readInfo('bucket', 'a')).toMatchObject({
    etag: createHash('md5').update('bytez').digest('hex'),
    last_modified: 7_000,
    headers: {},
  });
  expect((await store.readInfo('bucket', 'b'))?.bytes).toBe(3);
  expect(await store.listKeys('bucket', '', '')).toEqual(['a', 'b']);
});

it('an open object keeps its bytes when the object is replaced', async () => {
  await store.put('bucket', 'a', Buffer.from('first'), INFO);
  const opened = (await store.open('bucket', 'a'))!;
  await store.put('bucket', 'a', Buffer.from('later'), INFO);
  expect((await opened.read(0, 5)).toString()).toBe('first');
  await opened.close();
});

it('the object store writes nothing if the condition throws', async () => {
  await store.put('bucket', 'a', Buffer.from('first'), INFO);
  const refused = store.put('bucket', 'a', Buffer.from('later'), INFO, () => {
    throw new Error('refused');
  });
  await expect(refused).rejects.toThrow('refused');
  expect((await store.readInfo('bucket', 'a'))?.etag).toBe('e');
});
