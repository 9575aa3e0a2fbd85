import { escapeXml } from '../../lib/svg.ts';
import type { Digest, DigestText } from '../../schemas/index.ts';
import { nameStart } from './chart.ts';
import {
  headlines,
  restShare,
  writeGrowth,
  writeNet,
  writeNumber,
  writePeriodDays,
  writePoints,
  writeShare,
  writeSubject,
} from './words.ts';

const FONT = 'font-family:-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif';
const GREY = 'color:#57606a';
const CELL = 'padding:6px 8px;border-bottom:1px solid #d0d7de;font-size:14px';

/**
 * Writes a digest as the HTML of a mail. Mail clients show no SVG, no scripts and few styles, so the bars are
 * cells of tables with a colour, every style is an attribute, and each bar has its figures beside it. It loads
 * nothing, so that no server learns who reads it.
 */
export function writeHtml(digest: Digest): string {
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    '<meta name="color-scheme" content="light">',
    `<title>${escapeXml(writeSubject(digest))}</title></head>`,
    `<body style="margin:0;padding:0;background:#f6f8fa;${FONT};color:#24292f">`,
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:16px">',
    '<table role="presentation" width="640" cellpadding="0" cellspacing="0" style="max-width:640px;background:#ffffff;border:1px solid #d0d7de">',
    section(writeHead(digest)),
    section(writeHeadlines(digest)),
    section(writeOverTime(digest)),
    section(writeSources(digest)),
    writeTexts(digest),
    section(
      `<p style="margin:0;font-size:12px;${GREY}">Days are days of UTC, and count the records that were created in them. Shares leave out records without a verdict. Net sentiment is the share positive minus the share negative. Personal data is masked as the policy of the source says.</p>`,
    ),
    '</table></td></tr></table></body></html>',
    '',
  ].join('\n');
}

const section = (content: string) => `<tr><td style="padding:16px 24px">${content}</td></tr>`;

const heading = (text: string) =>
  `<h2 style="margin:0 0 8px;font-size:16px">${escapeXml(text)}</h2>`;

function writeHead(digest: Digest): string {
  const { tenant, source, cadence } = digest;
  const what = source === undefined ? tenant : `${tenant}/${source}`;
  const compared = cadence === 'daily' ? 'the day before' : 'the week before';
  return `<h1 style="margin:0;font-size:20px">${escapeXml(what)}</h1><p style="margin:4px 0 0;font-size:14px;${GREY}">${writePeriodDays(digest)}, compared with ${compared}</p>`;
}

function writeHeadlines(digest: Digest): string {
  const cells = headlines(digest).map(
    ({ name, value, change }) =>
      `<td width="33%" style="padding:8px 0"><div style="font-size:13px;${GREY}">${name}</div><div style="font-size:28px;font-weight:600">${value}</div><div style="font-size:13px;${GREY}">${change}</div></td>`,
  );
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>${cells.join('')}</tr></table>`;
}

function writeOverTime(digest: Digest): string {
  const rows = digest.over_time.map((part) => {
    const widths = [
      ['#2da44e', part.positive_share ?? 0],
      ['#d0d7de', restShare(part)],
      ['#cf222e', part.negative_share ?? 0],
    ] as const;
    const bar = widths.flatMap(([colour, share]) => {
      const percent = Math.round(share * 100);
      return percent === 0
        ? []
        : [
            `<td width="${percent}%" bgcolor="${colour}" style="font-size:0;height:14px">&nbsp;</td>`,
          ];
    });
    const drawn =
      bar.length === 0
        ? ''
        : `<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>${bar.join('')}</tr></table>`;
    return `<tr><td style="${CELL};white-space:nowrap">${nameStart(digest, part.start)}</td><td width="50%" style="${CELL}">${drawn}</td><td align="right" style="${CELL}">${writeNumber(part.records)}</td><td align="right" style="${CELL}">${writeShare(part.negative_share)}</td></tr>`;
  });
  return `${heading('Over time')}<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse">${writeTableHead(['', 'Positive, other, negative', 'Records', 'Negative'])}${rows.join('')}</table>`;
}

function writeSources({ sources }: Digest): string {
  const rows = sources.map(
    ({ source, records, net_sentiment, negative_share, before }) =>
      `<tr><td style="${CELL}">${escapeXml(source)}</td><td align="right" style="${CELL}">${writeNumber(records)} <span style="${GREY}">(${writeGrowth(records, before.records)})</span></td><td align="right" style="${CELL}">${writeNet(net_sentiment)} <span style="${GREY}">(${writePoints(net_sentiment, before.net_sentiment)})</span></td><td align="right" style="${CELL}">${writeShare(negative_share)}</td></tr>`,
  );
  if (rows.length === 0) return '<p style="margin:0">No records in either period.</p>';
  return `${heading('Sources with the most records')}<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse">${writeTableHead(['Source', 'Records', 'Net sentiment', 'Negative'])}${rows.join('')}</table>`;
}

function writeTableHead(names: string[]): string {
  const cells = names.map(
    (name, i) =>
      `<th align="${i === 0 || name.startsWith('Positive') ? 'left' : 'right'}" style="${CELL};font-size:12px;font-weight:400;${GREY}">${name}</th>`,
  );
  return `<tr>${cells.join('')}</tr>`;
}

function writeTexts({ moved_by, texts }: Digest): string {
  if (moved_by === undefined || texts.length === 0) return '';
  const title = `${moved_by.source} moved it most: its clearest ${moved_by.sentiment.toLowerCase()} texts`;
  return section(`${heading(title)}${texts.map(writeQuote).join('')}`);
}

function writeQuote({ text, language_code, source, record_id, created_at }: DigestText): string {
  const lang = language_code === undefined ? '' : ` lang="${escapeXml(language_code)}"`;
  const from = `${source}/${record_id}, ${created_at.slice(0, 16).replace('T', ' ')}`;
  return `<blockquote dir="auto"${lang} style="margin:0 0 4px;padding:8px 12px;background:#f6f8fa;font-size:14px;overflow-wrap:anywhere">${escapeXml(text)}</blockquote><p style="margin:0 0 12px;font-size:12px;${GREY}">${escapeXml(from)}</p>`;
}
