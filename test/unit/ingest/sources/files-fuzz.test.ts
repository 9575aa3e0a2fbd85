import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { checkFile } from '../../../fuzz/check-files.ts';
import { makeFileInput } from '../../../fuzz/file-inputs.ts';
import { createRandom } from '../../../support/random.ts';

it('1,000 generated and damaged files end as rows that are published or refused, or as an error with advice', async () => {
  const random = createRandom(711);
  let readable = 0;
  for (let run = 0; run < 1_000; run += 1) {
    const rows = await checkFile(makeFileInput(random), 1 + random.int(40));
    if (rows !== undefined) readable += 1;
  }
  expect(readable).toBeGreaterThan(300);
}, 60_000);

it('a broken row ends at the same place if a chunk ends with a line', async () => {
  const bytes = Buffer.from('text,source\na,""shop\nb "x", y\ngood,shop\n');
  const input = { name: 'a.csv', bytes, options: {} };
  for (let chunk = 1; chunk < bytes.length; chunk += 1)
    expect(await checkFile(input, chunk)).toBe(2);
});

it('the rows before damage are the same however the bytes arrive', async () => {
  const rows = Array.from({ length: 9 }, (_, i) => `${i},Text number ${i}\n`);
  const bytes = gzipSync(`id,text\n${rows.join('')}`).subarray(0, -14);
  const counts = new Set<number | undefined>();
  for (let chunk = 1; chunk < bytes.length; chunk += 1)
    counts.add(await checkFile({ name: 'a.csv', bytes, options: {} }, chunk));
  expect(counts.size).toBe(1);
});
