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

const MEMBER = gzipSync('text\nGood\nBad\n');
const LONG = gzipSync(
  `text\n${Array.from({ length: 999 }, (_, i) => `${(i * 7_919) % 10_007} texts\n`).join('')}`,
);

it.each([
  ['bytes that are no gzip', Buffer.concat([MEMBER, Buffer.from([255, 1, 2])]), [3]],
  ['zeros and other bytes', Buffer.concat([MEMBER, Buffer.from([0, 0, 255, 1, 2])]), [3]],
  ['the start of another header', Buffer.concat([MEMBER, Buffer.from([31, 139, 8])]), [3]],
  ['only zeros', Buffer.concat([MEMBER, Buffer.alloc(20)]), [2]],
  ['a wrong checksum', Buffer.concat([MEMBER.subarray(0, -8), Buffer.alloc(8, 7)]), [3]],
])(
  'a gzip file that ends with %s gives its rows however the bytes arrive',
  async (_, bytes, expected) => {
    const counts = new Set<number | undefined>();
    for (let chunk = 1; chunk <= bytes.length; chunk += 3)
      counts.add(await checkFile({ name: 'a.csv', bytes, options: {} }, chunk));
    expect([...counts]).toEqual(expected);
  },
);

it('a gzip file with a wrong byte in its middle gives the rows before it however the bytes arrive', async () => {
  const bytes = Buffer.from(LONG);
  bytes.fill(255, bytes.length - 200, bytes.length - 180);
  for (const chunk of [1, 100, bytes.length])
    expect(await checkFile({ name: 'a.csv', bytes, options: {} }, chunk)).toBeGreaterThan(100);
});
