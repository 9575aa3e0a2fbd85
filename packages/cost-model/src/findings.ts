import { DEPLOYED } from './assumptions.ts';
import { estimateBatchSeconds } from './consumer.ts';
import type { Finding } from './finding.ts';
import { formatNumber } from './format-number.ts';
import { estimateLedgerWriteRate, LEDGER_WRITES_PER_SECOND } from './ledger.ts';
import type { PlannedLoad } from './load.ts';
import type { PlanParts } from './parts.ts';
import { COMPREHEND_REGIONS, LARGEST_FIREHOSE_MIB, LARGEST_QUOTA } from './regions.ts';
import { checkSearch } from './search.ts';
import { SOURCE_WRITES_PER_SECOND } from './tables.ts';

/** Share of the time for the analysis that a proposed batch takes. The rest is for slow services. */
const BATCH_ROOM = 0.75;

/** Lists what cannot work, with the reason and with what would work. */
export function listFindings(parts: PlanParts): Finding[] {
  return [
    ...checkRegion(parts),
    ...checkBatch(parts),
    ...checkThroughput(parts),
    ...checkLedger(parts),
    ...checkQuota(parts),
    ...checkSearch(parts.load),
    ...checkSources(parts),
    ...checkLake(parts),
  ];
}

function checkRegion({ load }: PlanParts): Finding[] {
  if (COMPREHEND_REGIONS.includes(load.region)) return [];
  const why = `Comprehend does not analyze sentiment in ${load.region}`;
  return [{ part: 'comprehend', why, instead: `one of ${COMPREHEND_REGIONS.join(', ')}` }];
}

/** Compares the time of a batch with the time that the function's timeout leaves for it. */
function checkBatch({ load, workload, consumer, comprehend }: PlanParts): Finding[] {
  const most_seconds = DEPLOYED.timeout_seconds * DEPLOYED.analysis_share;
  if (consumer.batch_seconds <= most_seconds) return [];
  const why =
    `a batch of ${formatNumber(consumer.batch_records)} records takes ` +
    `${formatNumber(consumer.batch_seconds)} s, and the analysis has ${most_seconds} s of the ` +
    `timeout of ${DEPLOYED.timeout_seconds} s`;
  if (comprehend.recommended_quota > LARGEST_QUOTA) {
    return [{ part: 'consumer', why, instead: OTHER_ANALYZER }];
  }
  const records = proposeBatchRecords(load, workload.shards, most_seconds * BATCH_ROOM);
  const quota = `a quota of ${formatNumber(comprehend.recommended_quota)} calls/s`;
  const instead =
    records === undefined
      ? `${quota}; no batch is small enough for the present quota`
      : `batches of ${formatNumber(records)} records (consumer.batch_size in infra/settings.ts), or ${quota}`;
  return [{ part: 'consumer', why, instead }];
}

const OTHER_ANALYZER =
  "an analyzer without a quota of calls, such as a model of your own (CONTRIBUTING.md, 'Add an analyzer')";

/**
 * Finds the largest batch that takes at most the given time.
 * @returns undefined if no batch that fills a call is small enough.
 */
function proposeBatchRecords(
  load: PlannedLoad,
  shards: number,
  most_seconds: number,
): number | undefined {
  for (let records = DEPLOYED.batch_records; records >= LEAST_BATCH; records -= LEAST_BATCH) {
    if (estimateBatchSeconds(load, { batch_records: records, shards }) <= most_seconds) {
      return records;
    }
  }
  return undefined;
}

/** Smallest batch that a plan proposes. Smaller batches do not fill the calls of one language. */
const LEAST_BATCH = 50;

function checkThroughput({ consumer, load, stream }: PlanParts): Finding[] {
  if (consumer.keeps_up) return [];
  const rate = formatNumber(load.records_per_second / stream.shards);
  return [
    {
      part: 'consumer',
      why: `an execution processes fewer than the ${rate} records/s of its shard`,
      instead:
        'more memory (consumer.memory_mb in infra/settings.ts), up to 1,769 MB for a whole core',
    },
  ];
}

function checkLedger(parts: PlanParts): Finding[] {
  const writes = estimateLedgerWriteRate(parts);
  if (writes <= LEDGER_WRITES_PER_SECOND) return [];
  return [
    {
      part: 'ledger',
      why:
        `the consumers make ${formatNumber(writes)} writes/s to the item of the quota, and one ` +
        `item takes ${formatNumber(LEDGER_WRITES_PER_SECOND)}`,
      instead:
        'a longer window (consumer.window_seconds in infra/settings.ts), which fills the batches',
    },
  ];
}

/** Checks that the present quota is sufficient, and that AWS is known to give the needed one. */
function checkQuota({ comprehend, present_quota }: PlanParts): Finding[] {
  const { recommended_quota } = comprehend;
  if (present_quota.hours_until_records_expire === null) return [];
  if (recommended_quota > Math.max(LARGEST_QUOTA, present_quota.calls_per_second)) {
    const times = formatNumber(recommended_quota / 10);
    return [
      {
        part: 'quota',
        why:
          `the load needs ${formatNumber(recommended_quota)} calls/s, ${times} times the default ` +
          'quota, and AWS is not known to give that',
        instead: OTHER_ANALYZER,
      },
    ];
  }
  const minutes = formatNumber(present_quota.lag_seconds_per_hour / 60);
  const hours = formatNumber(present_quota.hours_until_records_expire);
  return [
    {
      part: 'quota',
      why: `the delay grows by ${minutes} min per hour, and after ${hours} h records go to the failure bucket`,
      instead: `request ${formatNumber(recommended_quota)} calls/s`,
    },
  ];
}

function checkSources({ load }: PlanParts): Finding[] {
  const rate = load.records_per_second / load.sources;
  if (rate <= SOURCE_WRITES_PER_SECOND) return [];
  const least = Math.ceil(load.records_per_second / SOURCE_WRITES_PER_SECOND);
  return [
    {
      part: 'sources',
      why:
        `a source with ${formatNumber(rate)} records/s makes the keys of the indexes hot, which take ` +
        `${formatNumber(SOURCE_WRITES_PER_SECOND)} records/s of one source`,
      instead: `divide the records among at least ${formatNumber(least)} sources`,
    },
  ];
}

function checkLake({ load, workload }: PlanParts): Finding[] {
  const mib = (workload.usual.usage.s3_bytes / 1_000) * (load.records_per_second / 1_048_576);
  if (mib <= LARGEST_FIREHOSE_MIB) return [];
  const stacks = Math.ceil(mib / LARGEST_FIREHOSE_MIB);
  return [
    {
      part: 'lake',
      why: `${formatNumber(mib)} MiB/s exceed the ${LARGEST_FIREHOSE_MIB} MiB/s of one delivery stream`,
      instead: `divide the sources among ${formatNumber(stacks)} stacks`,
    },
  ];
}
