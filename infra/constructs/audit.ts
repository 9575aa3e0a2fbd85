import {
  CfnParameter,
  Duration,
  aws_events as events,
  aws_iam as iam,
  aws_lambda as lambda,
  Stack,
  aws_s3 as s3,
  aws_secretsmanager as secretsmanager,
  type aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { createFunction } from './handler.ts';
import { allowEvents } from './job-rules.ts';
import { createPrivateBucket } from './private-bucket.ts';
import { createWorkQueue, receiveGrant } from './work-queue.ts';

/** Prefix of the entries. See audit/object-keys.ts. */
const ENTRIES_PREFIX = 'entries/';
/** Largest number of reads in one object of the trail: about 1 MB. */
const READS_PER_OBJECT = 1_000;

/**
 * The audit trail: a bucket whose objects cannot be changed, the key that signs them, and the function
 * that writes reads of texts and seals past days.
 */
export class Audit extends Construct {
  readonly bucket: s3.Bucket;
  /** Only operators and the functions that write the trail may read this key. */
  readonly key: secretsmanager.Secret;
  /** The queue of the reads of texts by the API, and of the command to seal past days. */
  readonly queue: sqs.Queue;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.bucket = this.createBucket(settings);
    this.key = new secretsmanager.Secret(this, 'Key', {
      description: 'Signs the audit trail. If it is replaced, older entries cannot be verified',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    this.queue = createWorkQueue(this, 'Queue', settings.audit.timeout_seconds);
    this.addFeed(settings);
    this.addSchedule();
  }

  /** The parts of the stack's outputs with which operators read and write the trail. */
  outputs({ audit }: Settings): Record<string, string> {
    return {
      AuditBucketName: this.bucket.bucketName,
      AuditKeyArn: this.key.secretArn,
      AuditRetentionDays: String(audit.retention_days),
    };
  }

  /**
   * Creates the bucket. Entries expire when their retention has ended. Manifests stay, because each
   * contains the hash of the one before.
   */
  private createBucket({ audit }: Settings): s3.Bucket {
    const retention = Duration.days(audit.retention_days);
    const lifecycle = [
      {
        prefix: ENTRIES_PREFIX,
        expiration: Duration.days(audit.retention_days + 1),
        noncurrentVersionExpiration: Duration.days(1),
      },
    ];
    const bucket = createPrivateBucket(this, 'Trail', lifecycle, {
      object_lock:
        audit.object_lock === 'compliance'
          ? s3.ObjectLockRetention.compliance(retention)
          : s3.ObjectLockRetention.governance(retention),
    });
    bucket.addToResourcePolicy(refuseOverwrites(bucket));
    return bucket;
  }

  private createHandler(settings: Settings) {
    const objects = this.bucket.arnForObjects('*');
    return createFunction(this, 'Handler', {
      settings,
      entry: 'audit/handler.ts',
      description: 'Writes reads of texts to the audit trail, and seals past days',
      memory_mb: settings.audit.memory_mb,
      timeout_seconds: settings.audit.timeout_seconds,
      environment: {
        AUDIT_BUCKET: this.bucket.bucketName,
        AUDIT_KEY_ARN: this.key.secretArn,
        ENVIRONMENT: settings.environment,
      },
      grants: [
        { actions: ['s3:PutObject', 's3:GetObject'], resources: [objects] },
        { actions: ['s3:ListBucketVersions', 's3:ListBucket'], resources: [this.bucket.bucketArn] },
        { actions: ['secretsmanager:GetSecretValue'], resources: [this.key.secretArn] },
        receiveGrant(this.queue),
      ],
    });
  }

  /** Each invocation receives the reads of some seconds, and writes them as one object. */
  private addFeed(settings: Settings): void {
    const handler = this.createHandler(settings);
    const mapping = new lambda.CfnEventSourceMapping(this, 'Feed', {
      functionName: handler.functionName,
      eventSourceArn: this.queue.queueArn,
      batchSize: READS_PER_OBJECT,
      maximumBatchingWindowInSeconds: this.readSeconds(settings).valueAsNumber,
      functionResponseTypes: ['ReportBatchItemFailures'],
      scalingConfig: { maximumConcurrency: 2 },
    });
    mapping.node.addDependency(handler.role);
  }

  /** Creates the template parameter for the time for which reads collect. */
  private readSeconds({ audit }: Settings): CfnParameter {
    return new CfnParameter(Stack.of(this), 'AuditReadSeconds', {
      type: 'Number',
      default: audit.read_seconds,
      minValue: 1,
      maxValue: 300,
      description:
        'Seconds for which reads of texts collect before they are written as one object.',
    });
  }

  private addSchedule(): void {
    const dead_letters = this.queue.deadLetterQueue?.queue;
    if (dead_letters === undefined) throw new Error('The queue has no dead-letter queue');
    const rule = new events.CfnRule(this, 'Seal', {
      description: 'Seals the past days of the audit trail that are not sealed yet',
      scheduleExpression: 'rate(1 hour)',
      targets: [
        {
          id: 'audit',
          arn: this.queue.queueArn,
          input: JSON.stringify({ kind: 'seal' }),
          deadLetterConfig: { arn: dead_letters.queueArn },
        },
      ],
    });
    for (const receiver of [this.queue, dead_letters]) allowEvents(receiver, [rule.attrArn]);
  }
}

/**
 * Refuses each upload that does not demand that its key is free. A second version of an object would
 * not change the first, but would hide it.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
function refuseOverwrites(bucket: s3.Bucket): iam.PolicyStatement {
  return new iam.PolicyStatement({
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions: ['s3:PutObject'],
    resources: [bucket.arnForObjects('*')],
    conditions: { Null: { 's3:if-none-match': 'true' } },
  });
}
