import { ANALYZERS } from '../../schemas/index.ts';
import { formatChart } from '../output/chart.ts';
import { colours } from '../output/colours.ts';
import { formatTable } from '../output/table.ts';
import type { DemoSummary, Query } from './summary.ts';

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

/**
 * Formats the demo's report, which has charts, costs, set-asides and the answers to SQL queries.
 */
export async function formatReport(
  summary: DemoSummary,
  set_aside_reasons: Record<string, number>,
  query: Query,
): Promise<string> {
  return [
    formatChart('By sentiment', summary.by_sentiment),
    formatChart('By language', summary.by_language),
    formatChart('By source', summary.by_source),
    formatChart('Verdicts from', summary.cache),
    formatCosts(summary),
    formatOutcomes(summary, set_aside_reasons),
    ...(await runQueries(query)),
  ].join('\n\n');
}

function formatCosts({ comprehend, cost_usd, baseline_cost_usd }: DemoSummary): string {
  const { calls, documents, billed_units } = comprehend;
  const fill = calls === 0 ? 0 : documents / (calls * ANALYZERS.comprehend.max_documents);
  return [
    colours.bold('Comprehend'),
    `  ${calls} calls for ${documents} documents (${percent(fill)} full), ${billed_units} billed units`,
    `  ${dollars(cost_usd)} on AWS; a call per record for language and for sentiment, ${dollars(baseline_cost_usd)} (${percent(1 - cost_usd / baseline_cost_usd)} saved)`,
  ].join('\n');
}

function formatOutcomes(summary: DemoSummary, reasons: Record<string, number>): string {
  const { records, results, set_asides, by_status, seconds, records_per_second } = summary;
  const without = Object.entries(by_status)
    .filter(([status, n]) => status !== 'analyzed' && n > 0)
    .map(([status, n]) => `${n} ${status}`);
  const why = Object.entries(reasons).map(([reason, n]) => `${n} ${reason}`);
  const missing = records - results - set_asides;
  return [
    colours.bold('Outcome of every record'),
    `  ${records} records = ${results} results + ${set_asides} set-asides${missing === 0 ? '' : colours.red(` + ${missing} MISSING`)}`,
    ...(without.length > 0 ? [`  results without a verdict: ${without.join(', ')}`] : []),
    ...(why.length > 0 ? [`  set aside: ${why.join(', ')}`] : []),
    `  ${seconds} s from the first record to the last, ${records_per_second} records/s`,
  ].join('\n');
}

async function runQueries(query: Query): Promise<string[]> {
  const answers: string[] = [];
  for (const sql of QUERIES) {
    const { columns, rows } = await query(sql);
    answers.push(`${colours.cyan(sql)}\n${formatTable(columns, rows)}`);
  }
  return answers;
}

function percent(share: number): string {
  return `${Math.round((Number.isFinite(share) ? share : 0) * 100)} %`;
}

function dollars(amount: number): string {
  return `$${amount.toFixed(4)}`;
}
