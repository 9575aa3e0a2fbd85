import { expect, it } from 'vitest';
import { formatCsvRows } from '../../../jobs/results-csv-rows.ts';
import type { JobResult } from '../../../schemas/index.ts';
import { aResult } from '../../support/results.ts';

/** Formats rows, and returns how many of them were read before the first line came. */
async function countReadFirst(rowOf: (job_index: number) => JobResult): Promise<number> {
  let read = 0;
  async function* rows() {
    for (let i = 0; i < 1_500; i += 1) {
      read += 1;
      yield rowOf(i);
    }
  }
  for await (const _ of formatCsvRows(rows())) return read;
  return read;
}

const makeDone = (fields: Parameters<typeof aResult>[0]) => {
  const result = aResult(fields);
  return (job_index: number): JobResult => ({ job_index, outcome: 'done', result });
};

it('CSV begins after 1,000 rows', async () => {
  expect(await countReadFirst(makeDone({ text: 'short' }))).toBe(1_000);
});

it('CSV begins before 1,000 rows if their texts and attributes have 16 Mi characters', async () => {
  const mebi = 'x'.repeat(1024 * 1024);
  expect(await countReadFirst(makeDone({ text: mebi }))).toBe(16);
  expect(await countReadFirst(makeDone({ text: '', attributes: { note: mebi } }))).toBe(16);
});

it('CSV that begins early has each row once, and the attributes of later rows in the last column', async () => {
  async function* rows() {
    for (let i = 0; i < 20; i += 1) {
      const attributes = { [i < 16 ? 'early' : 'late']: 'value' };
      yield makeDone({ text: 'x'.repeat(1024 * 1024), attributes })(i);
    }
  }
  const lines: string[] = [];
  for await (const text of formatCsvRows(rows())) {
    lines.push(...text.replaceAll(/x+/g, '').trimEnd().split('\r\n'));
  }
  const [header = '', ...body] = lines;
  expect(header.endsWith(',attributes.early,attributes')).toBe(true);
  expect(body.map((line) => Number(line.split(',')[0]))).toEqual(
    Array.from({ length: 20 }, (_, i) => i),
  );
  expect(body[19]?.endsWith('"{""late"":""value""}"')).toBe(true);
});
