import {
  COST_STAGES,
  type Plan,
  type PlannedLoad,
  type QuotaFit,
  type QuotaToRaise,
} from '@aurastream/cost-model';
import { formatTable } from './table.ts';

/**
 * Formats a plan for the terminal. The text starts with one line for each part of the system. Then
 * the text lists the quotas that must be raised. The costs are at the end.
 */
export function formatPlan(plan: Plan): string {
  const lines: [string, string][] = [
    ['load', describeLoad(plan.load)],
    ['stream', describeStream(plan)],
    ['consumer', describeConsumer(plan)],
    ['comprehend', describeComprehend(plan)],
  ];
  if (plan.comprehend.calls_per_second > 0) {
    lines.push(['quota', describeQuota(plan.present_quota, plan.comprehend.recommended_quota)]);
  }
  if (plan.least_sources > 1) {
    lines.push(['sources', `divide the records among at least ${plan.least_sources} sources`]);
  }
  const parts = [lines.map(([name, value]) => `${name.padEnd(10)}  ${value}`).join('\n')];
  if (plan.quotas_to_raise.length > 0) parts.push(formatQuotas(plan.quotas_to_raise));
  parts.push(formatCosts(plan));
  return parts.join('\n\n');
}

function describeLoad({ records_per_second, characters, repeat_share, languages }: PlannedLoad) {
  const mix = languages === 1 ? '1 language' : `${languages} languages`;
  const length = characters === 1 ? '1 character' : `${formatNumber(characters)} characters`;
  const repeats = `${formatPercent(repeat_share)} % repeated texts`;
  return `${formatNumber(records_per_second)} records/s of ${length}, ${repeats}, ${mix}`;
}

function describeStream({ stream }: Plan): string {
  const shards = `about ${formatNumber(stream.shards)} shards`;
  return `${stream.mode}, ${shards}, ${formatNumber(stream.megabytes_per_second)} MB/s`;
}

function describeConsumer({ consumer }: Plan): string {
  const concurrency = `${formatNumber(consumer.concurrency)} concurrent executions`;
  const batches = `batches of ${formatNumber(consumer.batch_records)} records`;
  const seconds = `${formatNumber(consumer.batch_seconds)} s each`;
  const warning = consumer.keeps_up ? '' : ': too slow, raise the parallelization factor';
  return `${concurrency}, ${batches}, ${seconds}${warning}`;
}

function describeComprehend({ comprehend: { calls_per_second, call_fill } }: Plan): string {
  if (calls_per_second === 0) return 'no calls: every text was analysed before';
  return `${formatNumber(calls_per_second)} calls/s, ${Math.round(call_fill * 100)} % full`;
}

function describeQuota(quota: QuotaFit, recommended: number): string {
  const rate =
    quota.records_per_second === null ? 'any number of' : formatNumber(quota.records_per_second);
  const capacity = `${formatNumber(quota.calls_per_second)} calls/s are enough for ${rate} records/s`;
  if (quota.hours_until_records_expire === null) return capacity;
  const minutes = formatNumber(quota.lag_seconds_per_hour / 60);
  const hours = formatNumber(quota.hours_until_records_expire);
  return [
    `${capacity}; request ${formatNumber(recommended)} calls/s.`,
    `Otherwise the delay grows by ${minutes} min per hour,`,
    `and after ${hours} h records go to the failure bucket`,
  ].join('\n            ');
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
  const rows = [...COST_STAGES, 'total' as const].map((stage) => ({
    'USD per month': stage,
    AuraStream: formatUsd(plan.usd_per_month[stage]),
    'one call per record': formatUsd(plan.per_record_usd_per_month[stage]),
    'AuraStream, per million': formatUsd(plan.usd_per_million[stage]),
  }));
  return `${formatTable(columns, rows, { right: columns.slice(1) })}

The last column is the month's cost per million records. It falls with volume, because Comprehend's price does,
and because more records share the stream's hourly price.`;
}

/** Formats a share as a percentage with six digits, because 99.99 % must not appear as 100 %. */
function formatPercent(share: number): string {
  return (share * 100).toLocaleString('en-US', { maximumSignificantDigits: 6 });
}

/**
 * Formats a number with three significant digits, or as an integer if the number is at least 100.
 */
function formatNumber(value: number): string {
  const digits =
    Math.abs(value) >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  return value.toLocaleString('en-US', digits);
}

function formatUsd(value: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
