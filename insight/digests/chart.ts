import { drawBar, drawSvg, drawText, type SvgColours } from '../../lib/svg.ts';
import type { Digest } from '../../schemas/index.ts';
import { restShare, writeNumber, writePeriodDays, writeShare } from './words.ts';

const COLOURS: SvgColours = {
  positive: { light: '#2da44e', dark: '#3fb950' },
  rest: { light: '#d0d7de', dark: '#484f58' },
  negative: { light: '#cf222e', dark: '#f85149' },
};
const LEFT = 88;
const BAR = { width: 380, height: 14 };
const TOP = 40;
const STEP = 22;
const WIDTH = 640;

/**
 * Draws the share of sentiments in each part of the period as a stacked bar: positive, the rest, negative.
 *
 * @returns SVG
 */
export function drawDigest(digest: Digest): string {
  const rows = digest.over_time.map((part, i) => {
    const y = TOP + i * STEP;
    const shares = [
      ['positive', part.positive_share ?? 0],
      ['rest', restShare(part)],
      ['negative', part.negative_share ?? 0],
    ] as const;
    let x = LEFT;
    const bars = shares.map(([kind, share]) => {
      const bar = drawBar(kind, {
        ...{ x: Number(x.toFixed(1)), y, width: share * BAR.width, height: BAR.height },
      });
      x += share * BAR.width;
      return bar;
    });
    const count = `${writeNumber(part.records)}, ${writeShare(part.negative_share)} negative`;
    return [
      drawText({ x: 16, y: y + 11, content: nameStart(digest, part.start) }),
      ...bars,
      drawText({ x: LEFT + BAR.width + 8, y: y + 11, content: count }),
    ].join('');
  });
  const height = TOP + digest.over_time.length * STEP + 24;
  return drawSvg(
    `Share of sentiments, ${writePeriodDays(digest)}`,
    { width: WIDTH, height, colours: COLOURS },
    [
      drawText({ x: 16, y: 24, content: `Sentiments, ${writePeriodDays(digest)}`, kind: 'title' }),
      ...rows,
      drawText({
        ...{ x: 16, y: height - 8, kind: 'foot' },
        content: 'Green: positive. Grey: neutral and mixed. Red: negative.',
      }),
    ],
  );
}

/** Names a part of the period: the hour of a day, or the day of a week. */
export function nameStart({ cadence }: Pick<Digest, 'cadence'>, start: string): string {
  if (cadence === 'daily') return start.slice(11, 16);
  const day = new Date(start).toLocaleDateString('en-US', { weekday: 'short', timeZone: 'UTC' });
  return `${day} ${start.slice(5, 10)}`;
}
