import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findJournals, startJournal } from '../../../src/services/firehose/journal.ts';

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'journal-'));
});
afterAll(() => rm(root, { recursive: true }));
const folder = () => join(root, `${count++}`);

it('a journal returns every appended record, whatever its bytes', async () => {
  const batches = fc.array(fc.array(fc.uint8Array().map(Buffer.from), { minLength: 1 }), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(batches, async (appended) => {
      const here = folder();
      const journal = await startJournal(here, 'id', 5);
      for (const records of appended) await journal.append(records);
      const [left] = await findJournals(here);
      expect(left).toMatchObject({ id: 'id', arrived_at: 5 });
      expect(await left!.readRecords()).toEqual(appended.flat());
      await journal.seal();
    }),
    { numRuns: 30 },
  );
});

it('a journal that was cut off anywhere loses only the last put', async () => {
  const here = folder();
  const journal = await startJournal(here, 'id', 5);
  await journal.append([Buffer.from('answered')]);
  const answered = journal.bytes + 4;
  await journal.append([Buffer.from('torn')]);
  await journal.seal();
  const [name] = await readdir(here);
  const whole = await readFile(join(here, name!));
  for (let bytes = answered; bytes < whole.length; bytes++) {
    await writeFile(join(here, name!), whole.subarray(0, bytes));
    const [left] = await findJournals(here);
    expect((await left!.readRecords()).map(String)).toEqual(['answered']);
  }
});

it('journals are found oldest first', async () => {
  const here = folder();
  for (const arrived_at of [30, 4, 100]) {
    await (await startJournal(here, `id-${arrived_at}`, arrived_at)).seal();
  }
  expect((await findJournals(here)).map(({ id }) => id)).toEqual(['id-4', 'id-30', 'id-100']);
});
