import type { Figure } from './figures.ts';
import { formatBound, formatNumber, formatWithUnit } from './numbers.ts';

/**
 * Replaces the text between `<!-- NAME -->` and `<!-- /NAME -->` in the page, for each named part.
 *
 * @throws {Error} if the page lacks the marks of a part.
 */
export function fillPage(page: string, parts: Record<string, string>): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const marked = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
    if (!marked.test(text))
      throw new Error(
        `The page needs the marks <!-- ${name} --> and <!-- /${name} -->; add them where the table belongs`,
      );
    return text.replace(marked, (_, start: string, end: string) => `${start}${part}\n${end}`);
  }, page);
}

/**
 * Builds the tables of docs/performance.md from a whole run.
 *
 * @throws {Error} if the run lacks a figure of the tables.
 */
export function buildSummary(figures: Figure[]): Record<string, string> {
  return { goals: buildGoalsTable(figures), end_to_end: buildEndToEndTable(figures) };
}

/** Rows of the table of goals. A row covers all figures whose names begin with the row's prefix. */
const GOALS: [label: string, prefix: string][] = [
  ["Comprehend calls, to the floor's; any load", 'consumer.calls_per_1000.'],
  ['fill of calls at a steady load of 600 records/s', 'consumer.call_fill.steady'],
  ['fill of calls of four consumers with a backlog, 1 and 12 languages', 'quota.call_fill.'],
  ['documents per second, to the quota × 25; 1 and 12 languages', 'quota.documents_share.'],
  ['share of the quota used, 1 to 10 consumers', 'quota.share_used.'],
  ['calls throttled, 1 to 10 consumers', 'quota.throttled_share.'],
  ["records per second, to a call per record's", 'consumer.records_per_second.base'],
  ["records per second, to Powertools'", 'consumer.records_per_second_to_powertools.base'],
  ["CPU per record, to the floor's; any load", 'consumer.cpu_ms_per_1000.'],
  [
    'DynamoDB and Firehose requests, to the fewest possible; any load',
    'consumer.requests_to_least.',
  ],
  ['the same requests, with the quota ledger', 'quota.requests_to_least.'],
  ["USD per million records, to a call per record's", 'consumer.usd_per_million.base'],
  ['synchronous cache hit, p99: the function, 10 callers', 'api.function_hit_p99.10_callers'],
  ['synchronous cache hit, p99: through the emulated gateway', 'api.hit_p99.10_callers'],
  ['JavaScript that a start of the consumer reads', 'cold_start.bundle_bytes.consumer'],
  [
    "import of the consumer, to an empty handler's with the same clients",
    'cold_start.import_ms.consumer',
  ],
  ['requests per record at 100 times the load, to those at the base load', 'end_to_end.growth'],
  ["records published per second, to a put per record's", 'publisher.records_per_second.stand_in'],
  ["calls of the publisher, to plain PutRecords'", 'publisher.calls_per_record.stand_in'],
  ['peak memory of the consumer, 10,000 records', 'memory.peak_rss.consumer.'],
  ['peak memory of the submission function, a file of 1 GB', 'memory.peak_rss.submission.'],
  ['peak memory of a producer, a file of 1 GB', 'memory.peak_rss.producer.'],
  ['error of `aurastream plan`, any load', 'plan.error_of_'],
  ['`GET /overview` over 1 to 30 days of hours, p99, 10 callers', 'insight.overview_p99.'],
  ['`GET /stats` over 1 to 30 days of hours, p99, 10 callers', 'insight.stats_p99.'],
  ['from the row to the counts, the longest', 'insight.counts_after_row_max'],
  ["from the producer's acknowledgement to SQL, the longest", 'insight.query_freshness_max'],
  [
    "records per second on the embedded cloud, without the consumer's rate limit",
    'insight.records_per_second_lifted',
  ],
];

function buildGoalsTable(figures: Figure[]): string {
  const rows = GOALS.map(([label, prefix]) => {
    const found = figures.filter(
      ({ name, goal }) =>
        goal !== null &&
        (prefix.endsWith('.') || prefix.endsWith('_') ? name.startsWith(prefix) : name === prefix),
    );
    if (found.length === 0) throw new Error(`The run has no figure that begins with ${prefix}`);
    const [first] = found as [Figure, ...Figure[]];
    const goal = first.goal!;
    const is_ratio = goal.startsWith('ratio');
    const numbers = found.map(({ value, ratio }) => (is_ratio ? ratio! : value));
    const format = (number: number) =>
      is_ratio ? `${formatNumber(number)} ×` : formatWithUnit(number, first.unit);
    const is_met = found.every(({ met }) => met);
    return [
      label,
      formatBound({ ...first, goal }),
      formatRange(numbers, format),
      is_met ? 'met' : '**missed**',
    ];
  });
  return formatTable(['figure', 'goal', 'measured', ''], rows);
}

function formatRange(numbers: number[], format: (number: number) => string): string {
  const least = format(Math.min(...numbers));
  const most = format(Math.max(...numbers));
  return least === most ? most : `${least} to ${most}`;
}

function buildEndToEndTable(figures: Figure[]): string {
  const rows = [1, 10, 100].map((scale) => {
    const readValue = (metric: string) => findValue(figures, `end_to_end.${metric}.load_${scale}`);
    const formatSeconds = (metric: string) => (readValue(metric) / 1_000).toFixed(1);
    return [
      (scale * 50).toLocaleString('en-US'),
      `${formatSeconds('row_p50')}, ${formatSeconds('row_p99')} s`,
      `${formatSeconds('lake_p50')}, ${formatSeconds('lake_p99')} s`,
      formatNumber(readValue('records_per_second')),
      readValue('requests_per_record').toFixed(2),
    ];
  });
  const raised = formatNumber(findValue(figures, 'end_to_end.records_per_second_lifted.load_100'));
  const columns = ['records in the burst', 'row p50, p99', 'lake line p50, p99', 'records/s'];
  const sentence = `Without the consumer's rate limit, a burst of 5,000 records reaches ${raised} records/s.`;
  return `${formatTable([...columns, 'requests per record'], rows)}\n\n${sentence}`;
}

function findValue(figures: Figure[], name: string): number {
  const figure = figures.find((candidate) => candidate.name === name);
  if (figure === undefined) throw new Error(`The run has no figure ${name}`);
  return figure.value;
}

function formatTable(columns: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
