import type { Digest, DigestFigures } from '../../schemas/index.ts';

const number = new Intl.NumberFormat('en-US');

export const writeNumber = (value: number): string => number.format(value);

/** Writes a share in percent, or a dash without one. */
export function writeShare(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(1)} %`;
}

/** Writes net sentiment in hundredths with its sign, as the dashboard does. */
export function writeNet(net: number | null): string {
  return net === null ? '–' : withSign(net * 100, 1);
}

/** Writes a change in percent of the value before. */
export function writeGrowth(now: number, before: number): string {
  if (before === 0) return now === 0 ? '±0 %' : 'new';
  return `${withSign(((now - before) / before) * 100, 0)} %`;
}

/** Writes a change in points, which are hundredths. */
export function writePoints(now: number | null, before: number | null): string {
  return now === null || before === null ? '–' : `${withSign((now - before) * 100, 1)} points`;
}

function withSign(value: number, digits: number): string {
  const written = Math.abs(value).toFixed(digits);
  if (Number(written) === 0) return `±${written}`;
  return `${value < 0 ? '−' : '+'}${written}`;
}

/** Writes the days of a period, such as `2026-11-16 to 2026-11-22`. */
export function writePeriodDays({ cadence, period }: Pick<Digest, 'cadence' | 'period'>): string {
  const first = period.from.slice(0, 10);
  if (cadence === 'daily') return first;
  return `${first} to ${new Date(Date.parse(period.to) - 1).toISOString().slice(0, 10)}`;
}

/** Returns the subject of the mail, which has no text of a record. */
export function writeSubject(digest: Digest): string {
  const { tenant, source, total, before } = digest;
  const change = writePoints(total.net_sentiment, before.net_sentiment);
  const what = source === undefined ? tenant : `${tenant}/${source}`;
  const net = `net sentiment ${writeNet(total.net_sentiment)}`;
  const moved = change === '–' ? '' : ` (${change})`;
  return `AuraStream ${what}: ${net}${moved}, ${writePeriodDays(digest)}`;
}

/** The three headline figures of a digest, with their change. */
export function headlines({ total, before }: Digest): {
  name: string;
  value: string;
  change: string;
}[] {
  return [
    {
      name: 'Records',
      value: writeNumber(total.records),
      change: writeGrowth(total.records, before.records),
    },
    {
      name: 'Net sentiment',
      value: writeNet(total.net_sentiment),
      change: writePoints(total.net_sentiment, before.net_sentiment),
    },
    {
      name: 'Negative',
      value: writeShare(total.negative_share),
      change: writePoints(total.negative_share, before.negative_share),
    },
  ];
}

/** Returns the share of verdicts that are neither positive nor negative. */
export function restShare({ positive_share, negative_share }: DigestFigures): number {
  if (positive_share === null || negative_share === null) return 0;
  return Math.max(0, 1 - positive_share - negative_share);
}
