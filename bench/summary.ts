import type { Figure } from './figures.ts';
import { boundOf, threeFigures, withUnit } from './numbers.ts';

/** A page with the parts between its marks written anew: `<!-- NAME -->` to `<!-- /NAME -->`. @throws where one is missing. */
export function filled(page: string, parts: Record<string, string>): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const marked = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
    if (!marked.test(text)) throw new Error(`The page has no place for ${name}`);
    return text.replace(marked, (_, start: string, end: string) => `${start}${part}\n${end}`);
  }, page);
}

/** What docs/performance.md shows of a whole run. @throws {Error} where the run has not measured it. */
export function summary(figures: Figure[]): Record<string, string> {
  return { goals: goals(figures), end_to_end: endToEnd(figures) };
}

/** Figures with a goal, by the beginning of their name: of any load they are one row. */
const GOALS: [says: string, prefix: string][] = [
  ["Comprehend calls to the floor's, any load", 'consumer.calls_per_1000.'],
  ['fill of calls at a steady load of 600 records/s', 'consumer.call_fill.steady'],
  ['the same of four consumers with a backlog, 1 and 12 languages', 'quota.call_fill.'],
  ['documents a second of quota × 25, 1 and 12 languages', 'quota.documents_share.'],
  ['share of the quota used, 1 to 10 consumers', 'quota.share_used.'],
  ['calls refused, 1 to 10 consumers', 'quota.throttled_share.'],
  ['records a second to a call per record', 'consumer.records_per_second.base'],
  ['the same to Powertools', 'consumer.records_per_second_to_powertools.base'],
  ["CPU of a record to the floor's, any load", 'consumer.cpu_ms_per_1000.'],
  ['DynamoDB and Firehose requests to the fewest, any load', 'consumer.requests_to_least.'],
  ['the same with the ledger of the quota', 'quota.requests_to_least.'],
  ['USD per million to a call per record', 'consumer.usd_per_million.base'],
  ['synchronous hit, p99: the function, 10 callers', 'api.function_hit_p99.10_callers'],
  ['the same through the emulated gateway', 'api.hit_p99.10_callers'],
  ['JavaScript that a start of the consumer reads', 'cold_start.bundle_bytes.consumer'],
  ['its import to an empty handler with its clients', 'cold_start.import_ms.consumer'],
  ['requests for a record at 100 times the load, to those at one', 'end_to_end.growth'],
  ['records published a second to a put per record', 'publisher.records_per_second.stand_in'],
  ["calls of the publisher to plain PutRecords'", 'publisher.calls_per_record.stand_in'],
  ['most memory of the consumer, 10,000 records', 'memory.peak_rss.consumer.'],
  ['most memory of the submitting function, 1 GB', 'memory.peak_rss.submission.'],
  ['most memory of a producer, 1 GB', 'memory.peak_rss.producer.'],
  ['error of `aurastream plan`, any load', 'plan.error_of_'],
];

function goals(figures: Figure[]): string {
  const rows = GOALS.map(([says, prefix]) => {
    const found = figures.filter(
      ({ name, goal }) =>
        goal !== null &&
        (prefix.endsWith('.') || prefix.endsWith('_') ? name.startsWith(prefix) : name === prefix),
    );
    if (found.length === 0) throw new Error(`The run has no figure ${prefix}`);
    const [first] = found as [Figure, ...Figure[]];
    const goal = first.goal!;
    const is_ratio = goal.startsWith('ratio');
    const seen = found.map(({ value, ratio }) => (is_ratio ? ratio! : value));
    const shown = (number: number) =>
      is_ratio ? `${threeFigures(number)} ×` : withUnit(number, first.unit);
    const is_met = found.every(({ met }) => met);
    return [says, boundOf({ ...first, goal }), range(seen, shown), is_met ? 'met' : '**missed**'];
  });
  return table(['figure', 'goal', 'measured', ''], rows);
}

function range(numbers: number[], shown: (number: number) => string): string {
  const least = shown(Math.min(...numbers));
  const most = shown(Math.max(...numbers));
  return least === most ? most : `${least} to ${most}`;
}

function endToEnd(figures: Figure[]): string {
  const rows = [1, 10, 100].map((scale) => {
    const of = (what: string) => numberOf(figures, `end_to_end.${what}.load_${scale}`);
    const seconds = (what: string) => (of(what) / 1_000).toFixed(1);
    return [
      (scale * 50).toLocaleString('en-US'),
      `${seconds('row_p50')}, ${seconds('row_p99')} s`,
      `${seconds('lake_p50')}, ${seconds('lake_p99')} s`,
      threeFigures(of('records_per_second')),
      of('requests_per_record').toFixed(2),
    ];
  });
  const lifted = threeFigures(numberOf(figures, 'end_to_end.records_per_second_lifted.load_100'));
  const columns = ['records at once', 'row p50, p99', 'line in the lake p50, p99', 'records/s'];
  return `${table([...columns, 'requests a record'], rows)}\n\nWith the quota lifted, 5,000 records come to ${lifted} records/s.`;
}

function numberOf(figures: Figure[], name: string): number {
  const figure = figures.find((candidate) => candidate.name === name);
  if (figure === undefined) throw new Error(`The run has no figure ${name}`);
  return figure.value;
}

function table(columns: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
