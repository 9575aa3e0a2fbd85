import { expect, it, vi } from 'vitest';
import { statsCommand } from '../../../cli/commands/stats.ts';
import { createScreen } from '../../../cli/output/screen.ts';
import { drawSparkline } from '../../../cli/output/sparkline.ts';
import { drawStats } from '../../../cli/output/stats.ts';
import { width } from '../../../cli/output/width.ts';
import type { StatsResponse } from '../../../schemas/index.ts';
import { runCommand } from '../../support/cli.ts';

const tally = (POSITIVE: number, NEGATIVE: number) => ({
  total: POSITIVE + NEGATIVE,
  withdrawn: 0,
  by_sentiment: { POSITIVE, NEGATIVE, NEUTRAL: 0, MIXED: 0, no_verdict: 0 },
});
const STATS: StatsResponse = {
  from: '2026-11-26T10:00:00.000Z',
  to: '2026-11-26T14:00:00.000Z',
  interval: 'hour',
  time: 'created_at',
  as_of: '2026-11-26T13:59:58.000Z',
  ...tally(1_204, 301),
  withdrawn: 12,
  over_time: [tally(0, 0), tally(4, 1), tally(400, 100), tally(800, 200)].map((counts, i) => ({
    start: `2026-11-26T1${i}:00:00.000Z`,
    ...counts,
  })),
  by_source: [
    { source: 'app_reviews', ...tally(900, 300) },
    { source: 'shop', ...tally(304, 1) },
  ],
  by_language: [{ language_code: 'en', ...tally(1_204, 301) }],
  cache: { hits: 903, misses: 602, hit_rate: 0.6 },
  billing: { billed_units: 1_806, avoided_units: 2_709, billed_usd: 0.1806, avoided_usd: 0.2709 },
  pii: {
    ...{ records: 602, count: 1_004, redacted: 600, failed: 2 },
    by_type: [
      { type: 'EMAIL', records: 602 },
      { type: 'PHONE', records: 301 },
    ],
  },
};

it('a sparkline has a block for each count, the lowest for 0 alone, and sums up what does not fit', () => {
  expect(drawSparkline([0, 1, 500, 1_000], { columns: 80 })).toBe('▁▂▅█');
  expect(drawSparkline([0, 0, 0], { columns: 80 })).toBe('▁▁▁');
  expect(drawSparkline([1, 1, 1, 1, 4], { columns: 3 })).toBe('▅▅█');
  expect(drawSparkline([4], { columns: 3, most: 8 })).toBe('▅');
});

it('aurastream stats draws the series by sentiment, and the bars of the breakdown with their shares', () => {
  expect(drawStats(STATS, 'source', 60)).toEqual([
    '2026-11-26 10:00 to 2026-11-26 14:00 UTC',
    'by hour of created_at, last change 2026-11-26 13:59',
    '',
    'all       1,505  ▁▂▅█',
    'POSITIVE  1,204  ▁▂▄▇',
    'NEGATIVE    301  ▁▂▂▂',
    '',
    'by source',
    `app_reviews  1,200   80 %  ${'█'.repeat(33)}`,
    `shop           305   20 %  ${'█'.repeat(8)}`,
    '',
    '12 withdrawn; 60 % from the caches; 1,806 units, $0.18',
  ]);
  expect(drawStats(STATS, 'sentiment', 60)).toContain(`POSITIVE  1,204   80 %  ${'█'.repeat(36)}`);
  expect(drawStats(STATS, 'language', 60)).toContain(`en  1,505  100 %  ${'█'.repeat(42)}`);
});

it.each([40, 60, 80, 200])(
  'no line of the statistics is wider than a terminal of %d columns',
  (columns) => {
    const source = '一个很长的来源'.repeat(6);
    const by_source = Array.from({ length: 30 }, (_, i) => ({
      source: source + i,
      ...tally(i, 1),
    }));
    const over_time = Array.from({ length: 366 }, () => STATS.over_time[2]!);
    for (const by of ['sentiment', 'source', 'language', 'pii'] as const) {
      const lines = drawStats({ ...STATS, by_source, over_time }, by, columns);
      for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns);
      if (by === 'source') expect(lines).toContain('and 10 more');
    }
  },
);

it('aurastream stats --by pii draws the records by type of personal data, with their share of all records', () => {
  expect(drawStats(STATS, 'pii', 80).slice(7, -2)).toEqual([
    'records by type of personal data',
    `EMAIL  602   40 %  ${'█'.repeat(61)}`,
    `PHONE  301   20 %  ${'█'.repeat(31)}`,
    '1,004 pieces in 602 records; 600 stored with placeholders; a detector failed on…',
  ]);
  const none = { records: 0, count: 0, redacted: 0, failed: 0, by_type: [] };
  expect(drawStats({ ...STATS, pii: none }, 'pii', 60)).toContain('no records');
  const of_language = drawStats({ ...STATS, pii: undefined }, 'pii', 60);
  expect(of_language).toContain('not counted by language and sentiment');
});

it('statistics without records say so', () => {
  const empty = { ...STATS, ...tally(0, 0), over_time: [], by_source: [], as_of: undefined };
  const lines = drawStats(empty, 'source', 80);
  expect(lines).toContain('no records');
  expect(lines[1]).toBe('by hour of created_at, no change is counted');
});

function createTerminal(columns = 60, rows = 12) {
  const written: string[] = [];
  const write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  return { written, stream: { isTTY: true, columns, rows, write: write as never } };
}

it('a screen redraws in place, fits the terminal, and leaves it as it was with the last content', () => {
  const { stream, written } = createTerminal(60, 3);
  const before = process.listenerCount('exit');
  const screen = createScreen(stream);
  screen.show(['one', 'two', 'three']);
  screen.show(['four']);
  screen.close();
  screen.close();
  expect(written).toEqual([
    '\u001B[?1049h\u001B[?7l\u001B[?25l',
    '\u001B[Hone\u001B[K\r\ntwo\u001B[K\u001B[J',
    '\u001B[Hfour\u001B[K\u001B[J',
    '\u001B[?25h\u001B[?7h\u001B[?1049lfour\n',
  ]);
  expect(process.listenerCount('exit')).toBe(before);
});

/** Answers `GET /stats` with the given statistics, one after the other. The last stays. */
function serve(...answers: (StatsResponse | number)[]) {
  const urls: URL[] = [];
  vi.stubGlobal('fetch', async (url: string | URL) => {
    const answer = answers[Math.min(urls.length, answers.length - 1)]!;
    urls.push(new URL(url));
    if (typeof answer !== 'number') return Response.json(answer);
    const error = { code: 'VALIDATION_ERROR', message: 'Not this time', retryable: false };
    return Response.json({ error, request_id: 'r-1' }, { status: answer });
  });
  return urls;
}

const run = (command: ReturnType<typeof statsCommand>, ...words: string[]) => {
  vi.stubEnv('AURASTREAM_API_KEY', 'key');
  return runCommand(command, ...words);
};

it('aurastream stats asks for the range, the interval and the filters, and prints the answer with --json', async () => {
  const urls = serve(STATS);
  const now = () => Date.UTC(2026, 10, 27, 12);
  const { stdout, error } = await run(
    statsCommand({ now }),
    ...['--since', '36h', '--until', '2026-11-27', '--interval', 'minute', '--time', 'arrived_at'],
    ...['--source', 'shop', '--sentiment', 'NEGATIVE', '--language', 'en', '--json'],
  );
  expect(error).toBe(undefined);
  expect(JSON.parse(stdout)).toEqual(STATS);
  expect(Object.fromEntries(urls[0]!.searchParams)).toEqual({
    ...{ from: '2026-11-26T00:00:00.000Z', to: '2026-11-27T00:00:00.000Z' },
    ...{ interval: 'minute', time: 'arrived_at', source: 'shop' },
    ...{ sentiment: 'NEGATIVE', language: 'en' },
  });
});

it.each([['yesterday'], ['24'], ['3w'], ['2026-13-01']])('--since %s is refused', async (since) => {
  const { error } = await run(statsCommand(), '--since', since);
  expect(error?.message).toContain('Use 2026-11-23, 2026-11-23T10:00:00Z, 90m, 24h or 7d.');
});

it('aurastream stats --watch redraws until Ctrl-C, and shows a request that failed below the last statistics', async () => {
  const urls = serve(STATS, { ...STATS, ...tally(2_000, 301) }, 400, STATS);
  const { stream, written } = createTerminal(60, 40);
  const controller = new AbortController();
  const write = stream.write as unknown as (text: string) => boolean;
  const interrupting = {
    ...stream,
    write: ((text: string) => {
      if (urls.length === 4) controller.abort();
      return write(text);
    }) as never,
  };
  const command = statsCommand({ createSignal: () => controller.signal, stream: interrupting });
  const { error, exit_code } = await run(command, '--watch', '--every', '0.1');
  expect([error, exit_code]).toEqual([undefined, undefined]);
  expect(written).toHaveLength(1 + 4 + 1);
  expect(written[1]).toContain('1,505');
  expect(written[2]).toContain('2,301');
  expect(written[3]).toContain('2,301');
  expect(written[3]).toContain('Not this time');
  expect(written[4]).not.toContain('Not this time');
  expect(written[5]).toContain('\u001B[?1049l2026-11-26 10:00');
});

it('aurastream stats --watch in a pipe prints each change once, with --json as a line', async () => {
  const urls = serve(STATS, STATS, { ...STATS, total: 7 });
  const { stream, written } = createTerminal();
  const controller = new AbortController();
  const createSignal = () => {
    vi.waitFor(() => expect(urls.length).toBeGreaterThan(3), {
      timeout: 30_000,
      interval: 20,
    }).then(
      () => controller.abort(),
      () => controller.abort(),
    );
    return controller.signal;
  };
  const pipe = { ...stream, isTTY: false };
  await run(
    statsCommand({ createSignal, stream: pipe }),
    ...['--watch', '--every', '0.1', '--json'],
  );
  expect(written.map((line) => JSON.parse(line).total)).toEqual([1_505, 7]);
});
