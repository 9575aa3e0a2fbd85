import { describeRetention, type KeptData } from '../retention/report.ts';
import { readRetentionTemplate } from '../retention/template.ts';

const DAY_MS = 86_400_000;
/** Days that S3 and DynamoDB may be late: rules run once a day, and TTL deletes within a few days. */
const LATE_DAYS = 2;
/** Time from the erasure to the end of the next night's work on the lake, in days. */
const NIGHT_DAYS = 1;

/**
 * Says where copies of what an erasure has erased remain, and until when, from the template. The times
 * include how late AWS may be.
 *
 * @throws {Error} if the template lacks a store or a variable.
 */
export function createRemains(template: unknown): (completed_at: number) => {
  where: string;
  until: string;
}[] {
  const kept = describeRetention(template);
  const { variables } = readRetentionTemplate(template);
  const snapshot_days = readNumber(variables, 'LAKE_SNAPSHOT_DAYS');
  const lake_days = findDays(kept, 'LakeBucket/results/', 'restorable_days');
  const remains = [
    {
      where: 'backups of the results table (point-in-time recovery)',
      days: findDays(kept, 'TablesResults', 'restorable_days'),
    },
    {
      where: 'files and snapshots of the table results, and their versions on S3',
      // OPTIMIZE replaces files in the night, VACUUM removes them a snapshot's age later, in a night.
      days: NIGHT_DAYS + snapshot_days + NIGHT_DAYS + lake_days,
    },
    {
      where: 'raw lines of batches that are delivered again after the erasure, and their versions',
      days: findDays(kept, 'LakeBucket/results_raw/', 'days') + lake_days,
    },
    {
      where: 'lines that Firehose could not deliver, and their versions',
      days: findDays(kept, 'LakeBucket/delivery-errors/', 'days') + lake_days,
    },
    {
      where: 'versions on S3 of set-asides that were deleted before',
      days: findDays(kept, 'IngestSetAsides/set-asides/', 'restorable_days'),
    },
    {
      where: 'records on the streams, which nothing reads again',
      days: findDays(kept, 'IngestStream', 'days'),
    },
    {
      where: 'batches that fail after the erasure, in the failure bucket, and their versions',
      days:
        findDays(kept, 'IngestFailures', 'days') +
        findDays(kept, 'IngestFailures', 'restorable_days'),
    },
    {
      where: 'ids of the erased records, without any content, so that they do not come back',
      days: findDays(kept, 'TablesResults', 'days'),
    },
  ];
  return (completed_at) =>
    remains.map(({ where, days }) => {
      const until = completed_at + (days + LATE_DAYS) * DAY_MS;
      return { where, until: new Date(until).toISOString() };
    });
}

function findDays(kept: KeptData[], store: string, field: 'days' | 'restorable_days'): number {
  const days = kept.find((one) => one.store === store)?.[field];
  if (days === undefined)
    throw new Error(`Expected ${field} of ${store} in the template, got none.`);
  return days;
}

function readNumber(variables: Record<string, string>, name: string): number {
  const value = Number(variables[name]);
  if (Number.isNaN(value)) throw new Error(`Expected ${name} in the template, got none.`);
  return value;
}
