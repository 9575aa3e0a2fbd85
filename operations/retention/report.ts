import { retentionSchema } from '../../schemas/index.ts';
import { findHoldings, type Holding } from './stores.ts';
import { type DataStore, type RetentionTemplate, readRetentionTemplate } from './template.ts';

/** How long a part of a store is kept. */
export interface KeptData {
  /** Name of the resource, and the prefix of the keys if it is a part of a bucket. */
  store: string;
  type: string;
  holds: string;
  has_texts: boolean;
  /** Days after which data is gone. Absent if it has no end of its own. */
  days?: number;
  /** Days after the acceptance of a record, by `tenant` or `tenant/source`, if settings name any. */
  by_source?: Record<string, number>;
  /** Ends the data. */
  ended_by: string;
  /** Days for which deleted and overwritten data can still be restored. */
  restorable_days?: number;
}

/** Days for which DynamoDB keeps backups if the template does not say it. */
const DEFAULT_BACKUP_DAYS = 35;
const DAY_SECONDS = 86_400;

/**
 * Says which store of a template keeps what, how long, and what ends it. All of that but the words for the
 * contents is read from the template.
 *
 * @throws {Error} if the template has a store whose contents are not known.
 */
export function describeRetention(template: unknown): KeptData[] {
  const parsed = readRetentionTemplate(template);
  return parsed.stores.flatMap((store) => {
    const holdings = findHoldings(store);
    if (holdings === undefined) {
      throw new Error(
        `Expected a known store, got ${store.name} (${store.type}). Describe it in stores.ts.`,
      );
    }
    return holdings.map((holding) => describeHolding(parsed, store, holding));
  });
}

function describeHolding(parsed: RetentionTemplate, store: DataStore, holding: Holding): KeptData {
  const { prefix = '', holds, has_texts } = holding;
  const restorable_days = findRestorableDays(store);
  return {
    store: prefix === '' ? store.name : `${store.name}/${prefix}`,
    type: store.type,
    ...{ holds, has_texts },
    ...findEnd(parsed, store, holding),
    ...(holding.by_source ? findSourceDays(parsed) : {}),
    ...(restorable_days === undefined ? {} : { restorable_days }),
  };
}

function findSourceDays({ variables }: RetentionTemplate): Pick<KeptData, 'by_source'> {
  const { by_tenant, by_source } = retentionSchema.parse(JSON.parse(variables.RETENTION ?? '{}'));
  const all = Object.entries({ ...by_tenant, ...by_source }).sort(([a], [b]) => (a < b ? -1 : 1));
  return all.length === 0 ? {} : { by_source: Object.fromEntries(all) };
}

function findEnd(
  { variables }: RetentionTemplate,
  { type, properties }: DataStore,
  { prefix = '', ttl, ended_by = 'nothing' }: Holding,
): Pick<KeptData, 'days' | 'ended_by'> {
  const { RetentionPeriodHours, MessageRetentionPeriod, RetentionInDays } = properties;
  if (type === 'AWS::Kinesis::Stream') {
    return { days: (RetentionPeriodHours ?? 24) / 24, ended_by: 'the retention of the stream' };
  }
  if (type === 'AWS::SQS::Queue') {
    const seconds = MessageRetentionPeriod ?? 4 * DAY_SECONDS;
    return { days: seconds / DAY_SECONDS, ended_by: 'the retention of the queue' };
  }
  if (type === 'AWS::Logs::LogGroup') {
    if (RetentionInDays === undefined) return { ended_by };
    return { days: RetentionInDays, ended_by: 'the retention of the log group' };
  }
  if (type === 'AWS::S3::Bucket') {
    const days = findExpiration(properties, prefix);
    return days === undefined ? { ended_by } : { days, ended_by: 'a lifecycle rule' };
  }
  if (ttl === undefined || !properties.TimeToLiveSpecification?.Enabled) return { ended_by };
  const value = Number(variables[ttl.variable]);
  if (Number.isNaN(value)) throw new Error(`Expected ${ttl.variable} in the template, got none.`);
  return {
    days: ttl.unit === 'days' ? value : value / DAY_SECONDS,
    ended_by: 'TTL, and within some days DynamoDB',
  };
}

/** Returns the days after which the objects with a prefix expire. */
function findExpiration(properties: DataStore['properties'], prefix: string): number | undefined {
  const rules = properties.LifecycleConfiguration?.Rules ?? [];
  const days = rules
    .filter(({ Status, Prefix = '' }) => Status === 'Enabled' && prefix.startsWith(Prefix))
    .flatMap(({ ExpirationInDays }) => ExpirationInDays ?? []);
  return days.length === 0 ? undefined : Math.min(...days);
}

function findRestorableDays({ type, properties }: DataStore): number | undefined {
  const { PointInTimeRecoverySpecification: backups, VersioningConfiguration } = properties;
  if (type === 'AWS::DynamoDB::Table') {
    if (!backups?.PointInTimeRecoveryEnabled) return undefined;
    return backups.RecoveryPeriodInDays ?? DEFAULT_BACKUP_DAYS;
  }
  if (VersioningConfiguration?.Status !== 'Enabled') return undefined;
  const rules = properties.LifecycleConfiguration?.Rules ?? [];
  return rules.find(({ NoncurrentVersionExpiration }) => NoncurrentVersionExpiration)
    ?.NoncurrentVersionExpiration?.NoncurrentDays;
}
