import { aws_dynamodb as dynamodb, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { listedResultSchema } from '../../schemas/result.ts';

const { STRING } = dynamodb.AttributeType;

/** Verdicts by fingerprint; results by record, and by source over time; who may call Comprehend when. */
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
      // What is lost with it is only money: every verdict can be asked for again.
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
      // One item, which is made again where it is not there.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.results.addGlobalSecondaryIndex({
      indexName: 'by_source',
      partitionKey: { name: 'source_key', type: STRING },
      sortKey: { name: 'source_sort', type: STRING },
      // No text: a row of the index then stays within one write unit.
      projectionType: dynamodb.ProjectionType.INCLUDE,
      nonKeyAttributes: Object.keys(listedResultSchema.shape),
    });
  }
}
