import { aws_dynamodb as dynamodb, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { listedResultSchema } from '../../schemas/result.ts';
import type { Settings } from '../settings.ts';

const { STRING } = dynamodb.AttributeType;

/** Name of the index that lists the results of a source. */
export const SOURCE_INDEX = 'by_source';

/** DynamoDB tables for the verdict cache, the results, their counts, and the ledger of quotas and budgets. */
export class Tables extends Construct {
  readonly cache: dynamodb.Table;
  readonly results: dynamodb.Table;
  readonly counts: dynamodb.Table;
  readonly quota: dynamodb.Table;

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
      // The counts need the old row as well, to take it away.
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
    this.quota = new dynamodb.Table(this, 'Quota', {
      partitionKey: { name: 'quota', type: STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      // Only the items of budgets expire.
      timeToLiveAttribute: 'expires_at',
      // The deletion of the stack may delete the ledger, because the functions create the ledger's
      // items again if they are missing.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.addSourceIndex();
  }

  private addSourceIndex(): void {
    this.results.addGlobalSecondaryIndex({
      indexName: SOURCE_INDEX,
      partitionKey: { name: 'source_key', type: STRING },
      sortKey: { name: 'source_sort', type: STRING },
      // The index does not contain the texts, because a row without the text needs only one write
      // unit.
      projectionType: dynamodb.ProjectionType.INCLUDE,
      nonKeyAttributes: Object.keys(listedResultSchema.shape),
    });
  }
}
