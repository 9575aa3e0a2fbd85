import { ANALYZERS } from '../../schemas/index.ts';
import { formatChart } from '../output/chart.ts';
import { colours } from '../output/colours.ts';
import { formatTable } from '../output/table.ts';
import type { DemoSummary, Query } from './summary.ts';

/** Creates the queries of the report. The last one asks about the source with the most records. */
const createQueries = (source: string) => [
  `SELECT source, count(*) AS records, round(avg(scores.negative), 3) AS negative
FROM results WHERE status = 'analyzed' GROUP BY source ORDER BY negative DESC`,
  `SELECT language_code, sentiment, count(*) AS n
FROM results WHERE sentiment IN ('NEGATIVE', 'MIXED')
GROUP BY language_code, sentiment ORDER BY n DESC, language_code LIMIT 5`,
  `SELECT record_id, sentiment, round(confidence, 3) AS confidence, substr(text, 1, 48) AS text
FROM results WHERE sentiment = 'NEGATIVE' AND source = '${source}'
ORDER BY scores.negative DESC, record_id LIMIT 3`,
];

/** The lines of the file that are no records. */
export interface BadLines {
  /** Number of set-asides by reason. */
  reasons: Record<string, number>;
  /** Number of lines that were not published. */
  refused: number;
}

/** Source of the samples whose negative texts say the most. */
const SAMPLE_SOURCE = 'support';

/** Chooses a source of the file for the example queries. */
function chooseSource({ by_source }: DemoSummary): string {
  if (SAMPLE_SOURCE in by_source) return SAMPLE_SOURCE;
  const sources = Object.entries(by_source).sort(([, a], [, b]) => b - a);
  return sources[0]?.[0] ?? SAMPLE_SOURCE;
}

/**
 * Formats the demo's report, which has charts, costs, set-asides and the answers to SQL queries.
 */
export async function formatReport(
  summary: DemoSummary,
  bad: BadLines,
  query: Query,
): Promise<string> {
  return [
    formatChart('By sentiment', summary.by_sentiment),
    formatChart('By language', summary.by_language),
    formatChart('By source', summary.by_source),
    formatChart('Verdicts from', summary.cache),
    formatCosts(summary),
    formatOutcomes(summary, bad),
    ...(await runQueries(query, chooseSource(summary))),
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

function formatOutcomes(summary: DemoSummary, { reasons, refused }: BadLines): string {
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
    ...(refused > 0 ? [`  ${refused} more lines are no records and were not published`] : []),
    ...(why.length > 0 ? [`  set aside: ${why.join(', ')}`] : []),
    `  ${seconds} s from the first record to the last, ${records_per_second} records/s`,
  ].join('\n');
}

async function runQueries(query: Query, source: string): Promise<string[]> {
  const answers: string[] = [];
  for (const sql of createQueries(source)) {
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
