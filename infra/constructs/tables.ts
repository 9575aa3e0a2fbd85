import { aws_dynamodb as dynamodb, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { listedResultSchema } from '../../schemas/result.ts';

const { STRING } = dynamodb.AttributeType;

/** The tables of the consumer: the verdict cache, the results, and the quota ledger. */
export class Tables extends Construct {
  readonly cache: dynamodb.Table;
  readonly results: dynamodb.Table;
  readonly quota: dynamodb.Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.cache = new dynamodb.Table(this, 'Cache', {
      partitionKey: { name: 'fingerprint', type: STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expires_at',
      // Losing the cache costs only money, because the analyzer can analyse every text again.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.results = new dynamodb.Table(this, 'Results', {
      partitionKey: { name: 'record_key', type: STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expires_at',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.quota = new dynamodb.Table(this, 'Quota', {
      partitionKey: { name: 'quota', type: STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      // The ledger is one item. The consumer creates it if it is missing, so deleting the table loses nothing.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.addSourceIndex();
  }

  private addSourceIndex(): void {
    this.results.addGlobalSecondaryIndex({
      indexName: 'by_source',
      partitionKey: { name: 'source_key', type: STRING },
      sortKey: { name: 'source_sort', type: STRING },
      // Listings show no text, so that a row of the index stays within one write unit.
      projectionType: dynamodb.ProjectionType.INCLUDE,
      nonKeyAttributes: Object.keys(listedResultSchema.shape),
    });
  }
}
