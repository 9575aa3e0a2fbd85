import { aws_dynamodb as dynamodb, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';

const { STRING } = dynamodb.AttributeType;

/**
 * The indexes that list results, with their sort keys. Both have the partition key `listing_key`.
 */
export const LISTING_INDEXES = { by_created: 'created_sort', by_arrival: 'arrival_sort' };

/**
 * The attributes that the indexes hold besides the keys. DynamoDB allows 20, and CloudFormation
 * cannot change the list of an existing index (AWS::DynamoDB::Table Projection, NonKeyAttributes:
 * "Updates are not supported"). Another list needs an index of another name: docs/operations.md,
 * "Replace an index". The list has no texts, because an entry without the text needs only one write
 * unit.
 */
const INDEXED_ATTRIBUTES = [
  // Listings leave out rows that have expired, and add `schema_version`, which is the same in each row.
  'expires_at',
  'record_id',
  'tenant',
  'source',
  'record_version',
  'status',
  'sentiment',
  'score',
  'confidence',
  'scores',
  'language_code',
  'language_source',
  'analyzer',
  'cache',
  'chunks',
  'text_hash',
  'text_bytes',
  'created_at',
  'arrived_at',
  'processed_at',
];

/**
 * DynamoDB tables for the verdict cache, the results, their counts, their replaced versions, the alerts,
 * the ledger of quotas and budgets, and the states of API keys.
 */
export class Tables extends Construct {
  readonly cache: dynamodb.Table;
  readonly results: dynamodb.Table;
  readonly counts: dynamodb.Table;
  readonly history: dynamodb.Table;
  readonly alerts: dynamodb.Table;
  readonly quota: dynamodb.Table;
  /** The states of API keys: their last use, and when rotated ones end. */
  readonly keys: dynamodb.Table;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const kept = {
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: settings.is_protected,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    this.cache = new dynamodb.Table(this, 'Cache', {
      partitionKey: { name: 'fingerprint', type: STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expires_at',
      // The deletion of the stack may delete the cache, because the analyzer can analyse the texts
      // again.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.results = new dynamodb.Table(this, 'Results', {
      partitionKey: { name: 'record_key', type: STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expires_at',
      // The counts need the old row as well, to take it away, and the history, to store it.
      stream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
      ...kept,
    });
    this.counts = new dynamodb.Table(this, 'Counts', {
      partitionKey: { name: 'partition', type: STRING },
      sortKey: { name: 'bucket', type: STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      // Only the rows of minutes and quarters of an hour expire.
      timeToLiveAttribute: 'expires_at',
      ...kept,
    });
    this.history = new dynamodb.Table(this, 'History', {
      partitionKey: { name: 'record_key', type: STRING },
      sortKey: { name: 'position', type: STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expires_at',
      // The deletion of the stack may delete the history, because the raw lines of the lake have the
      // same versions, and both expire.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.alerts = new dynamodb.Table(this, 'Alerts', {
      partitionKey: { name: 'partition', type: STRING },
      sortKey: { name: 'item', type: STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      // The alerts themselves do not expire, only what they have reported.
      timeToLiveAttribute: 'expires_at',
      ...kept,
    });
    this.quota = new dynamodb.Table(this, 'Quota', {
      partitionKey: { name: 'quota', type: STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      // Only the items of budgets expire.
      timeToLiveAttribute: 'expires_at',
      // The deletion of the stack may delete the ledger, because the functions create the ledger's
      // items again if they are missing.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.keys = new dynamodb.Table(this, 'Keys', {
      partitionKey: { name: 'key_hash', type: STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      // Without its states, a rotated key would not end.
      ...kept,
    });
    this.addListingIndexes();
  }

  /** Returns the names of the tables, as outputs of the stack. */
  outputs(): Record<string, string> {
    return {
      KeysTableName: this.keys.tableName,
      CacheTableName: this.cache.tableName,
      QuotaTableName: this.quota.tableName,
      ResultsTableName: this.results.tableName,
      CountsTableName: this.counts.tableName,
      HistoryTableName: this.history.tableName,
      AlertsTableName: this.alerts.tableName,
    };
  }

  private addListingIndexes(): void {
    for (const [indexName, sort_key] of Object.entries(LISTING_INDEXES)) {
      this.results.addGlobalSecondaryIndex({
        indexName,
        partitionKey: { name: 'listing_key', type: STRING },
        sortKey: { name: sort_key, type: STRING },
        projectionType: dynamodb.ProjectionType.INCLUDE,
        nonKeyAttributes: INDEXED_ATTRIBUTES,
      });
    }
  }
}
