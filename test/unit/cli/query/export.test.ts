import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formatAnswerCsv, formatAnswerXlsx } from '../../../../cli/query/export.ts';
import { openFile } from '../../../../ingest/sources/bytes/open-file.ts';
import { openBytes } from '../../../../ingest/sources/inspect/open-bytes.ts';
import { openTable } from '../../../../ingest/sources/inspect/open-table.ts';

const answer = {
  columns: ['text', 'n', 'rate', 'day', 'at', 'scores', 'flag'],
  types: ['varchar', 'bigint', 'double', 'date', 'timestamp', 'row', 'boolean'],
  rows: [
    {
      ...{ text: 'größer & "besser"; <b>\n=1+1', n: 5, rate: 0.25, day: '2026-11-23', flag: true },
      ...{ at: '2026-11-23 10:30:00.000', scores: { positive: 0.5 } },
    },
    { text: null, n: null, rate: null, day: null, at: null, scores: null, flag: false },
  ],
};

it('CSV separates by commas, and by semicolons with decimal commas where Excel expects these', () => {
  expect(formatAnswerCsv(answer, 'en')).toBe(
    'text,n,rate,day,at,scores,flag\r\n' +
      '"größer & ""besser""; <b>\n=1+1",5,0.25,2026-11-23,2026-11-23 10:30:00.000,"{""positive"":0.5}",true\r\n' +
      ',,,,,,false\r\n',
  );
  expect(formatAnswerCsv(answer, 'de').split('\r\n')[1]).toContain(';5;0,25;2026-11-23;');
  const one = { columns: ['t'], types: ['varchar'], rows: [{ t: 'a;b' }, { t: '=SUM(A1)' }] };
  expect(formatAnswerCsv(one, 'de')).toBe('t\r\n"a;b"\r\n\'=SUM(A1)\r\n');
  expect(() => formatAnswerCsv(one, 'not a locale')).toThrow(/Use one such as de/);
});

it('a workbook has a header, numbers, dates and times of Excel, and texts as they are', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'workbook-'));
  const path = join(folder, 'answer.xlsx');
  await writeFile(path, formatAnswerXlsx(answer));
  const table = await openTable(path, await openBytes(await openFile(path)), {});
  expect(table.columns).toEqual(answer.columns);
  const rows = [];
  for await (const row of table.readRows(0)) rows.push(row.read());
  expect(rows).toEqual([
    {
      names: expect.anything(),
      values: [
        ...['größer & "besser"; <b>\n=1+1', expect.anything(), expect.anything()],
        ...[expect.stringMatching(/^2026-11-23/), expect.stringMatching(/^2026-11-23T?.10:30/)],
        ...['{"positive":0.5}', expect.anything()],
      ],
    },
    expect.anything(),
  ]);
  await rm(folder, { recursive: true });
});
