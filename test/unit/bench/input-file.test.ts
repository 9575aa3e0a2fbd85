import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeInput } from '../../../bench/input-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('writeInput writes lines of line_bytes until the file has the requested size', async () => {
  const path = join(folder, 'input.jsonl');
  const { signal } = new AbortController();
  // The file needs 751 records, but the benchmark has only 500 distinct texts. Therefore the texts
  // repeat, and the second round stops halfway.
  const records = await writeInput(path, { bytes: 150_001, line_bytes: 200, signal });
  const text = await readFile(path, 'utf8');
  const lines = text.trimEnd().split('\n');
  expect(records).toBe(751);
  expect(lines).toHaveLength(records);
  expect(text).toHaveLength(records * 200);
  expect(new Set(lines).size).toBe(500);
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ language: 'en' });
});

it('writeInput stops when its signal aborts', async () => {
  const path = join(folder, 'input.jsonl');
  const signal = AbortSignal.abort(new Error('Stopped'));
  await expect(writeInput(path, { bytes: 1, line_bytes: 200, signal })).rejects.toThrow('Stopped');
});
