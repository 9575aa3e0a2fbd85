import {
  type Finding,
  formatNumber,
  MONTHLY_STAGES,
  type Plan,
  type PlannedLoad,
  type Proposal,
  type QuotaFit,
  type QuotaToRaise,
  RAW_DAYS,
} from '@aurastream/cost-model';
import { formatUsd, type PlanLine } from './plan-line.ts';
import { formatSyncCosts, listSyncLines } from './plan-sync.ts';
import { formatTable } from './table.ts';

const NAME_WIDTH = 12;
const INDENT = ' '.repeat(NAME_WIDTH + 2);

/**
 * Formats a plan for the terminal. The text starts with one line for each part of the system. Below
 * a line stands what cannot work, why, and what would work instead. Then the text lists the quotas
 * that must be raised. The costs are at the end.
 */
export function formatPlan(plan: Plan): string {
  const lines = [...listLines(plan), ...(plan.sync === undefined ? [] : listSyncLines(plan.sync))];
  const parts = [lines.flatMap((line) => formatLine(line, plan)).join('\n')];
  if (plan.quotas_to_raise.length > 0) parts.push(formatQuotas(plan.quotas_to_raise));
  parts.push(formatCosts(plan));
  if (plan.sync !== undefined) parts.push(formatSyncCosts(plan.sync));
  return parts.join('\n\n');
}

/** Returns the lines of the stream. A line without a text stands only if it has a finding. */
function listLines(plan: Plan): PlanLine[] {
  return [
    { name: 'load', text: describeLoad(plan.load) },
    { name: 'stream', text: describeStream(plan) },
    { name: 'consumer', text: describeConsumer(plan) },
    { name: 'ledger', text: '' },
    { name: 'comprehend', text: describeComprehend(plan) },
    {
      name: 'quota',
      text: plan.comprehend.calls_per_second > 0 ? describeQuota(plan.present_quota) : '',
    },
    { name: 'privacy', text: describeSearch(plan) },
    { name: 'tables', text: '' },
    {
      name: 'sources',
      text: plan.least_sources > 1 ? formatCount(plan.load.sources, 'source') : '',
    },
    { name: 'lake', text: '' },
  ];
}

/** Returns the line of a part and what is said about it. The name stands in the first line. */
function formatLine({ name, text }: PlanLine, { findings, proposals }: Plan): string[] {
  const lines = [
    ...(text === '' ? [] : [text]),
    ...findings.filter(({ part }) => part === name).flatMap(formatFinding),
    ...proposals.filter(({ part }) => part === name).map(formatProposal),
  ];
  return lines.map((line, i) => `${i === 0 ? `${name.padEnd(NAME_WIDTH)}  ` : INDENT}${line}`);
}

function formatFinding({ why, instead }: Finding): string[] {
  return [`not feasible: ${why}`, `instead: ${instead}`];
}

function formatProposal({ what }: Proposal): string {
  return `proposed: ${what}`;
}

function describeLoad({ records_per_second, characters, repeat_share, languages }: PlannedLoad) {
  const mix = formatCount(languages, 'language');
  const length = formatCount(characters, 'character');
  const repeats = `${formatPercent(repeat_share)} % repeated texts`;
  return `${formatNumber(records_per_second)} records/s of ${length}, ${repeats}, ${mix}`;
}

function formatCount(count: number, name: string): string {
  return count === 1 ? `1 ${name}` : `${formatNumber(count)} ${name}s`;
}

function describeStream({ stream }: Plan): string {
  const shards = `about ${formatNumber(stream.shards)} shards`;
  return `${stream.mode}, ${shards}, ${formatNumber(stream.megabytes_per_second)} MB/s`;
}

function describeConsumer({ consumer }: Plan): string {
  const concurrency = `${formatNumber(consumer.concurrency)} concurrent executions`;
  const batches = `batches of ${formatNumber(consumer.batch_records)} records`;
  return `${concurrency}, ${batches}, ${formatNumber(consumer.batch_seconds)} s each`;
}

function describeComprehend({ comprehend: { calls_per_second, call_fill } }: Plan): string {
  if (calls_per_second === 0) return 'no calls: every text was analysed before';
  return `${formatNumber(calls_per_second)} calls/s, ${Math.round(call_fill * 100)} % full`;
}

function describeQuota({ calls_per_second, records_per_second }: QuotaFit): string {
  const rate = records_per_second === null ? 'any number of' : formatNumber(records_per_second);
  return `${formatNumber(calls_per_second)} calls/s are enough for ${rate} records/s`;
}

function describeSearch({ search }: Plan): string {
  if (search === undefined) return '';
  return `${formatNumber(search.calls_per_second)} calls/s of DetectPiiEntities`;
}

function formatQuotas(quotas: QuotaToRaise[]): string {
  const rows = quotas.map(({ quota, present, needed }) => ({
    'quota to raise': quota,
    now: formatNumber(present),
    request: formatNumber(needed),
  }));
  return formatTable(['quota to raise', 'now', 'request'], rows, { right: ['now', 'request'] });
}

function formatCosts(plan: Plan): string {
  const columns = ['USD per month', 'AuraStream', 'one call per record', 'AuraStream, per million'];
  const rows = [...MONTHLY_STAGES, 'total' as const].map((stage) => ({
    'USD per month': stage,
    AuraStream: formatUsd(plan.usd_per_month[stage]),
    'one call per record': formatUsd(plan.per_record_usd_per_month[stage]),
    'AuraStream, per million': formatUsd(plan.usd_per_million[stage]),
  }));
  const { redelivered_share, queries_per_day, downloaded_share } = plan.load;
  return `${formatTable(columns, rows, { right: columns.slice(1) })}

Prices of us-east-1. The lake holds the rows of a year and raw objects of ${RAW_DAYS} days, ${formatPercent(redelivered_share)} % of the records are delivered twice,
SQL runs ${formatNumber(queries_per_day)} times a day over one day, and ${formatPercent(downloaded_share)} % of the results leave AWS.
The last column is the month's cost per million records. It falls with volume, because Comprehend's price does,
and because more records share the fixed prices.`;
}

/** Formats a share as a percentage with six digits, because 99.99 % must not appear as 100 %. */
function formatPercent(share: number): string {
  return (share * 100).toLocaleString('en-US', { maximumSignificantDigits: 6 });
}
