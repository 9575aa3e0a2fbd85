import type { DataStore } from './template.ts';

/** Contents of a part of a store. `prefix` is a prefix of the keys of a bucket. */
export interface Holding {
  prefix?: string;
  holds: string;
  /** Whether it can hold texts, authors, URLs or attributes of records. */
  has_texts: boolean;
  /** Names of the settings that say how long it is kept, as variables of a function in days or seconds. */
  ttl?: { variable: string; unit: 'days' | 'seconds' };
  /** Whether the setting `retention` can hold it for other days by tenant and source. */
  by_source?: boolean;
  /** Ends it, if neither a lifecycle rule nor a TTL does. */
  ended_by?: string;
}

const QUEUE: Holding = { holds: 'ids and keys of objects', has_texts: false };
const LOGS: Holding = { holds: 'counts, ids and error codes', has_texts: false };

/** Stores of the same kind that hold the same, by the type of their resource. */
const BY_TYPE: Partial<Record<DataStore['type'], Holding[]>> = {
  'AWS::SQS::Queue': [QUEUE],
  'AWS::Logs::LogGroup': [LOGS],
  'AWS::Kinesis::Stream': [{ holds: 'records as they were published', has_texts: true }],
};

/** Contents of each store of the template, by the name of its resource without the hash of CDK. */
const BY_NAME: Record<string, Holding[]> = {
  IngestSetAsides: [
    { prefix: 'set-asides/', holds: 'records that cannot be processed', has_texts: true },
    { prefix: 'over-budget/', holds: 'records over budget', has_texts: true },
    { prefix: 'unreadable/', holds: 'bytes that cannot be read or masked', has_texts: true },
    { prefix: 'restored/', holds: 'marks of set-asides that were put back', has_texts: false },
    {
      prefix: 'privacy-requests/',
      holds: 'requests of callers for erasures and exports, without their selectors',
      has_texts: false,
    },
    {
      prefix: 'erasures/',
      holds: 'reports of erasures, with hashed selectors',
      has_texts: false,
      ended_by: 'the operator: they prove what was erased',
    },
  ],
  PrivacyQueue: [
    { holds: 'selectors of erasures and exports, which can name a person', has_texts: true },
  ],
  PrivacyQueueDeadLetters: [
    { holds: 'selectors of erasures and exports that failed', has_texts: true },
  ],
  IngestFailures: [{ holds: 'batches that Lambda stopped retrying', has_texts: true }],
  TablesCache: [
    {
      holds: 'verdicts, by hashes of texts',
      has_texts: false,
      ttl: { variable: 'CACHE_TTL_SECONDS', unit: 'seconds' },
    },
  ],
  TablesResults: [
    {
      holds: 'the current result of each record',
      has_texts: true,
      ttl: { variable: 'RESULTS_TTL_SECONDS', unit: 'seconds' },
      by_source: true,
    },
  ],
  TablesCounts: [
    {
      holds:
        'numbers of results by hour and source; minutes expire after two days, quarters of an hour after six weeks',
      has_texts: false,
      ended_by: 'the operator: numbers name no person',
    },
  ],
  TablesHistory: [
    {
      holds: 'replaced versions of records, without texts',
      has_texts: false,
      ttl: { variable: 'LAKE_RAW_DAYS', unit: 'days' },
      by_source: true,
    },
  ],
  TablesAlerts: [
    {
      holds:
        'alerts, their states and incidents, and the ids of the records that they have reported',
      has_texts: false,
      ended_by: 'the tenant for alerts; TTL for reports',
    },
  ],
  TablesKeys: [
    {
      holds: 'states of API keys: the day of their last use, and when rotated ones end',
      has_texts: false,
      ended_by: 'the operator: a rotated key would come back without them',
    },
  ],
  TablesQuota: [
    {
      holds: 'call rates, and used units of each tenant and month',
      has_texts: false,
      ended_by: 'TTL for months; call rates are overwritten',
    },
  ],
  LakeBucket: [
    { prefix: 'results_raw/', holds: 'all results as they came', has_texts: true },
    {
      prefix: 'results/',
      holds: 'the table results: the current result of each record',
      has_texts: true,
      by_source: true,
      ended_by: 'a withdrawal or an erasure; replaced rows after lake.snapshot_days',
    },
    { prefix: 'query-results/', holds: 'results of SQL queries', has_texts: true },
    {
      prefix: 'delivery-errors/',
      holds: 'results that Firehose could not deliver',
      has_texts: true,
    },
  ],
  JobsTable: [
    {
      holds: 'jobs and their progress',
      has_texts: false,
      ttl: { variable: 'JOB_RETENTION_SECONDS', unit: 'seconds' },
    },
  ],
  JobsInputs: [
    {
      prefix: 'inputs/',
      holds: 'inputs of jobs, until the job is over',
      has_texts: true,
    },
    {
      prefix: 'record-lists/',
      holds: 'ids of the records of jobs, and why rows are invalid',
      has_texts: false,
    },
    { prefix: 'claims/', holds: 'texts that are too long for a stream', has_texts: true },
    { prefix: 'exports/', holds: 'files of exports that callers asked for', has_texts: true },
  ],
  AuditTrail: [
    {
      prefix: 'entries/',
      holds: 'entries of the audit trail, with hashed selectors',
      has_texts: false,
    },
    {
      prefix: 'manifests/',
      holds: 'daily manifests of the audit trail: hashes',
      has_texts: false,
      ended_by: 'nothing: each has the hash of the one before',
    },
  ],
  DataEventsFiles: [
    {
      holds: 'calls of objects and of items, with their keys and callers, by CloudTrail',
      has_texts: false,
    },
  ],
  KeeperTable: [
    {
      holds: 'keys of raw objects that are merged or wait to be',
      has_texts: false,
      ttl: { variable: 'LAKE_RAW_DAYS', unit: 'days' },
    },
  ],
};

/** Returns what a store holds. Undefined if nothing is said of it: a test then fails. */
export function findHoldings({
  name,
  type,
}: Pick<DataStore, 'name' | 'type'>): Holding[] | undefined {
  return BY_NAME[name] ?? BY_TYPE[type];
}
