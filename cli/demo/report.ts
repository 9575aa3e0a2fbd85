import { DOCUMENTS_PER_CALL } from '../../aws/comprehend/analyzer.ts';
import { chart } from '../output/chart.ts';
import { colours } from '../output/colours.ts';
import { table } from '../output/table.ts';
import type { Query, Summary } from './summary.ts';

const QUERIES = [
  `SELECT source, count(*) AS records, round(avg(scores.negative), 3) AS negative
FROM results WHERE status = 'analyzed' GROUP BY source ORDER BY negative DESC`,
  `SELECT language_code, sentiment, count(*) AS n
FROM results WHERE sentiment IN ('NEGATIVE', 'MIXED')
GROUP BY language_code, sentiment ORDER BY n DESC, language_code LIMIT 5`,
  `SELECT record_id, sentiment, round(confidence, 3) AS confidence, substr(text, 1, 48) AS text
FROM results WHERE sentiment = 'NEGATIVE' AND source = 'support'
ORDER BY scores.negative DESC, record_id LIMIT 3`,
];

/** The demo's answer for people: charts, what it cost, what was set aside, and SQL. */
export async function report(
  summary: Summary,
  set_aside_reasons: Record<string, number>,
  query: Query,
): Promise<string> {
  return [
    chart('By sentiment', summary.by_sentiment),
    chart('By language', summary.by_language),
    chart('By source', summary.by_source),
    chart('Verdicts from', summary.cache),
    costs(summary),
    ends(summary, set_aside_reasons),
    ...(await answers(query)),
  ].join('\n\n');
}

function costs({ comprehend, cost_usd, baseline_cost_usd }: Summary): string {
  const { calls, documents, billed_units } = comprehend;
  const fill = calls === 0 ? 0 : documents / (calls * DOCUMENTS_PER_CALL);
  return [
    colours.bold('Comprehend'),
    `  ${calls} calls for ${documents} documents (${percent(fill)} full), ${billed_units} billed units`,
    `  ${dollars(cost_usd)} on AWS; a call per record for language and for sentiment, ${dollars(baseline_cost_usd)} (${percent(1 - cost_usd / baseline_cost_usd)} saved)`,
  ].join('\n');
}

function ends(summary: Summary, reasons: Record<string, number>): string {
  const { records, results, set_asides, by_status, seconds, records_per_second } = summary;
  const without = Object.entries(by_status)
    .filter(([status, n]) => status !== 'analyzed' && n > 0)
    .map(([status, n]) => `${n} ${status}`);
  const why = Object.entries(reasons).map(([reason, n]) => `${n} ${reason}`);
  const missing = records - results - set_asides;
  return [
    colours.bold('Every record has ended'),
    `  ${records} records = ${results} results + ${set_asides} set-asides${missing === 0 ? '' : colours.red(` + ${missing} MISSING`)}`,
    ...(without.length > 0 ? [`  results without a verdict: ${without.join(', ')}`] : []),
    ...(why.length > 0 ? [`  set aside: ${why.join(', ')}`] : []),
    `  ${seconds} s from the first record to the last, ${records_per_second} records/s`,
  ].join('\n');
}

async function answers(query: Query): Promise<string[]> {
  const shown: string[] = [];
  for (const sql of QUERIES) {
    const { columns, rows } = await query(sql);
    shown.push(`${colours.cyan(sql)}\n${table(columns, rows)}`);
  }
  return shown;
}

function percent(share: number): string {
  return `${Math.round((Number.isFinite(share) ? share : 0) * 100)} %`;
}

function dollars(amount: number): string {
  return `$${amount.toFixed(4)}`;
}
