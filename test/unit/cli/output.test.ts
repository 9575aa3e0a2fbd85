import { expect, it } from 'vitest';
import { formatChart } from '../../../cli/output/chart.ts';
import { createProgress } from '../../../cli/output/progress.ts';
import { formatTable } from '../../../cli/output/table.ts';
import { cut, width } from '../../../cli/output/width.ts';

it('a table aligns text to the left and numbers to the right, as wide as the widest cell', () => {
  const rows = [
    { name: 'a', n: 5, share: 0.12345 },
    { name: 'longer', n: 1_000, share: 1 },
  ];
  expect(formatTable(['name', 'n', 'share'], rows).split('\n')).toEqual([
    'name       n  share',
    'a          5  0.123',
    'longer  1000      1',
  ]);
});

it('a table shows an absent cell as a dash, and a column that is named on the right', () => {
  const rows = [
    { a: undefined, cost: '9 USD' },
    { a: null, cost: '10 USD' },
    { a: true, cost: '' },
  ];
  expect(formatTable(['a', 'cost'], rows, { right: ['cost'] }).split('\n')).toEqual([
    'a       cost',
    '-      9 USD',
    '-     10 USD',
    'true',
  ]);
});

it('a table replaces control characters, since a terminal would run them', () => {
  const printed = formatTable(['text'], [{ text: 'a\u001b[31mb\r\nc\u0007' }]);
  expect(printed).toBe('text\na [31mb c');
});

it('a table counts wide characters as two columns, and marks as none', () => {
  const rows = [
    { text: '日本', n: 'x' },
    { text: '😀', n: 'x' },
    { text: 'e\u0301', n: 'x' },
    { text: 'abcde', n: 'x' },
  ];
  expect(formatTable(['text', 'n'], rows).split('\n').slice(1)).toEqual([
    '日本   x',
    '😀     x',
    'e\u0301      x',
    'abcde  x',
  ]);
});

it('a table measures emoji sequences, flags and Hindi as the terminal shows them', () => {
  expect(
    ['👨‍👩‍👧', '🇩🇪', '👍🏽', '❤️', 'हिन्दी', 'e\u0301', '\u001b[31ma\u001b[39m'].map(width),
  ).toEqual([...[2, 2, 2, 2, 4, 1, 1]]);
  expect(cut('👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧', 5)).toBe('👨‍👩‍👧👨‍👩‍👧…');
  expect(cut('हिन्दी', 4)).toBe('हिन्दी');
});

it('a table as wide as the terminal shortens its widest texts, and neither ids nor numbers', () => {
  const row = {
    set_aside_id: 'stream:shard-000000000000:49650000000000000000000000001',
    arrived_at: '2026-11-23T10:00:00Z',
    text: 'I love my cat, and my cat loves me',
    n: 123_456_789,
  };
  const columns = ['set_aside_id', 'arrived_at', 'text', 'n'];
  const [, line = ''] = formatTable(columns, [row], { columns: 102 }).split('\n');
  expect(line).toBe(`${row.set_aside_id}  2026-11-23T10:0…  I love my cat, …  123456789`);
  expect(width(line)).toBeLessThanOrEqual(102);
  const narrow = formatTable(columns, [row], { columns: 20 });
  expect(narrow).toContain(row.set_aside_id);
  expect(narrow).toContain('2026-11…  I love …  123456789');
  expect(formatTable(columns, [row])).toContain(row.text);
});

it('a chart has the longest bar first, and a bar for every count above 0', () => {
  const [title, ...bars] = formatChart('By sentiment', {
    MIXED: 0,
    NEUTRAL: 1,
    POSITIVE: 1_000,
    NEGATIVE: 500,
  }).split('\n');
  expect(title).toBe('By sentiment');
  const counted = bars.map((line) => [line.trim().split(/\s+/)[0], line.split('█').length - 1]);
  expect(counted).toEqual([
    ['POSITIVE', 32],
    ['NEGATIVE', 16],
    ['NEUTRAL', 1],
    ['MIXED', 0],
  ]);
  expect(bars[1]).toMatch(/^ {2}NEGATIVE {3}500 {2}█/);
});

/** Creates a stream that keeps what is written, and a clock. */
function createStream(isTTY: boolean, columns?: number) {
  const written: string[] = [];
  const clock = { at: 0 };
  const stream = { isTTY, columns, write: (text: string) => written.push(text) > 0 };
  const progress = createProgress({ stream: stream as never, now: () => clock.at });
  return { written, clock, progress };
}

it('progress in a file or a pipe is at most one line every two seconds, and none twice', () => {
  const { written, clock, progress } = createStream(false);
  const update = (at: number, message: string) => {
    clock.at = at;
    progress.update(message);
  };
  update(1_999, 'too early');
  update(2_000, 'one');
  update(3_999, 'too early');
  update(4_000, 'one');
  update(4_100, 'two');
  progress.finish();
  expect(written).toEqual(['one\n', 'two\n']);
});

it('progress on a terminal overwrites its line, fits in it, and disappears at the end', () => {
  const { written, progress } = createStream(true, 30);
  progress.update('x'.repeat(100));
  progress.finish();
  expect(written).toEqual([`\r\u001b[2K${'x'.repeat(29)}`, '\r\u001b[2K']);
  const unknown = createStream(true);
  unknown.progress.update('x'.repeat(100));
  expect(unknown.written).toEqual([`\r\u001b[2K${'x'.repeat(79)}`]);
});

it('progress goes to standard error, since standard output has only the answer', () => {
  const original = process.stderr.write;
  const written: unknown[] = [];
  process.stderr.write = ((text: unknown) => written.push(text) > 0) as never;
  let at = 0;
  try {
    createProgress({ now: () => (at += 2_000) }).update('one');
  } finally {
    process.stderr.write = original;
  }
  expect(written.join('')).toContain('one');
});
