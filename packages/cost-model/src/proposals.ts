import type { Proposal } from './finding.ts';
import { formatNumber } from './format-number.ts';
import type { PlanParts } from './parts.ts';
import { LEAST_SHARDS } from './stream.ts';
import { estimateTableWrites, NEW_TABLE_WRITE_UNITS } from './tables.ts';

/** Lists changes that save money or let the stack take the whole load from its first second. */
export function listProposals(parts: PlanParts): Proposal[] {
  return [...proposeAdvantage(parts), ...proposeWarmStream(parts), ...proposeWarmTables(parts)];
}

/** Proposes the mode On-demand Advantage, which pays from about 10 MiB/s. */
function proposeAdvantage({ stream, usd_per_month }: PlanParts): Proposal[] {
  const saved = usd_per_month.stream - stream.advantage_usd_per_month;
  if (saved <= 0) return [];
  return [
    {
      part: 'stream',
      what: `Kinesis On-demand Advantage, a setting of the account, saves ${formatNumber(saved)} USD a month`,
    },
  ];
}

/** A new on-demand stream takes 4,000 records/s, and doubles its capacity within minutes. */
const NEW_STREAM_RECORDS_PER_SECOND = LEAST_SHARDS * 1_000;

function proposeWarmStream({ load }: PlanParts): Proposal[] {
  if (load.records_per_second <= NEW_STREAM_RECORDS_PER_SECOND) return [];
  return [
    {
      part: 'stream',
      what:
        `a new stream takes ${formatNumber(NEW_STREAM_RECORDS_PER_SECOND)} records/s. Raise the load ` +
        'in steps, or set a warm throughput (On-demand Advantage only)',
    },
  ];
}

/** On-demand tables double their capacity in 30 minutes. A warm throughput is there at once. */
function proposeWarmTables({ load }: PlanParts): Proposal[] {
  const { table, index } = estimateTableWrites(load);
  if (Math.max(table, index) <= NEW_TABLE_WRITE_UNITS) return [];
  return [
    {
      part: 'tables',
      what:
        `WarmThroughput of ${formatNumber(Math.ceil(table))} write units/s for the results table and ` +
        `${formatNumber(Math.ceil(index))} for each of its indexes, because new ones take ` +
        `${formatNumber(NEW_TABLE_WRITE_UNITS)} (one charge)`,
    },
  ];
}
