import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readWhole } from '../../../support/read-file.ts';
import { FILE_CASES } from './case-files.ts';

const FOLDER = fileURLToPath(new URL('../../../fixtures/files/', import.meta.url));

it('every file of the fixtures has an expected outcome', async () => {
  const files = await readdir(FOLDER);
  expect([...new Set(FILE_CASES.map(({ file }) => file))].sort()).toEqual(files.sort());
});

it.each(FILE_CASES)(
  'the file $file with the options $options ends as expected',
  async ({ file, options, texts, refused, first, adjustments, error }) => {
    const outcome = await readWhole({ path: `${FOLDER}${file}`, ...options });
    const [problem = '', advice = ''] = outcome.error?.split('\n') ?? [];
    if (error !== undefined) {
      expect(problem).toContain(error[0]);
      expect(advice).toMatch(new RegExp(error[1].split('|').map(escapePattern).join('|')));
      return;
    }
    expect(outcome.error).toBeUndefined();
    if (typeof texts === 'number') expect(outcome.texts).toHaveLength(texts);
    else expect(outcome.texts).toEqual(texts);
    expect(outcome.refused).toEqual(refused ?? []);
    if (first !== undefined) expect(outcome.records[0]).toMatchObject(first);
    if (adjustments !== undefined) expect(count(outcome.adjustments)).toEqual(adjustments);
  },
);

it('no error and no reason quotes a cell of a file', async () => {
  for (const { file, options } of FILE_CASES) {
    const { error = '', refused } = await readWhole({ path: `${FOLDER}${file}`, ...options });
    expect(`${error}\n${refused.join('\n')}`).not.toMatch(
      /kettle|broke|said|fine,|closed,|Great,/i,
    );
  }
});

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function count(reasons: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
