import type { Digest } from '../../schemas/index.ts';
import { nameStart } from './chart.ts';
import {
  headlines,
  writeGrowth,
  writeNet,
  writeNumber,
  writePeriodDays,
  writePoints,
  writeShare,
} from './words.ts';

/** Writes a digest as plain text, for readers of mail without HTML and for the terminal. */
export function writeText(digest: Digest): string {
  const { tenant, source, moved_by } = digest;
  const texts = digest.texts.map(
    ({ text, source: from, record_id }) => `- "${oneLine(text)}" (${from}/${record_id})`,
  );
  return [
    `${source === undefined ? tenant : `${tenant}/${source}`}, ${writePeriodDays(digest)}`,
    '',
    ...headlines(digest).map(({ name, value, change }) => `${name}: ${value} (${change})`),
    '',
    'Over time',
    ...digest.over_time.map(
      (part) =>
        `${nameStart(digest, part.start)}: ${writeNumber(part.records)} records, ${writeShare(part.negative_share)} negative`,
    ),
    '',
    'Sources',
    ...digest.sources.map(
      (each) =>
        `${each.source}: ${writeNumber(each.records)} records (${writeGrowth(each.records, each.before.records)}), net ${writeNet(each.net_sentiment)} (${writePoints(each.net_sentiment, each.before.net_sentiment)})`,
    ),
    ...(moved_by === undefined || texts.length === 0
      ? []
      : ['', `${moved_by.source} moved it most. Its clearest texts:`, ...texts]),
    '',
  ].join('\n');
}

/** A text is one line, so that it cannot look like ours. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
