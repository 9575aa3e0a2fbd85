import {
  Duration,
  aws_kinesis as kinesis,
  RemovalPolicy,
  type aws_s3 as s3,
  aws_secretsmanager as secretsmanager,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { REQUESTS_PREFIX } from '../../schemas/privacy-key.ts';
import type { Settings } from '../settings.ts';
import { createPrivateBucket } from './private-bucket.ts';

/** Prefixes of the bucket of set-asides whose objects expire. Reports of erasures do not expire. */
const SET_ASIDE_PREFIXES = ['set-asides/', 'over-budget/', 'restored/', REQUESTS_PREFIX];

/** Streams of records, and the buckets for records that cannot be processed. */
export class Ingest extends Construct {
  /** The stream of the records that applications and the API publish, one at a time. */
  readonly stream: kinesis.CfnStream;
  /**
   * The stream of the records that come from files and from operations: jobs, `aurastream ingest`,
   * replays and redrives. The records have a stream of their own, because a shard is read in order:
   * behind a large file, the records of an application would wait for hours.
   */
  readonly bulk_stream: kinesis.CfnStream;
  readonly set_aside_bucket: s3.Bucket;
  readonly failure_bucket: s3.Bucket;
  /** Only operators, the consumer and the function that erases may read this key. */
  readonly restore_key: secretsmanager.Secret;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.stream = this.createStream('Stream', settings);
    this.bulk_stream = this.createStream('BulkStream', settings);
    requireExpiry(settings);
    const { deleted_objects_days } = settings;
    const set_asides = SET_ASIDE_PREFIXES.map((prefix) => {
      return { prefix, expiration: Duration.days(settings.set_asides_days) };
    });
    const { unreadable_days } = settings;
    const unreadable = { prefix: 'unreadable/', expiration: Duration.days(unreadable_days) };
    this.set_aside_bucket = createPrivateBucket(this, 'SetAsides', [...set_asides, unreadable], {
      deleted_objects_days,
    });
    const failures = [{ expiration: Duration.days(settings.failures_days) }];
    this.failure_bucket = createPrivateBucket(this, 'Failures', failures, {
      deleted_objects_days,
    });
    this.restore_key = new secretsmanager.Secret(this, 'RestoreKey', {
      description: 'Signs the records that operators put back on the stream',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
  }

  private createStream(id: string, settings: Settings): kinesis.CfnStream {
    const stream = new kinesis.CfnStream(this, id, {
      streamModeDetails: { streamMode: 'ON_DEMAND' },
      retentionPeriodHours: settings.stream.retention_hours,
      streamEncryption: { encryptionType: 'KMS', keyId: 'alias/aws/kinesis' },
    });
    // Unread records are lost if the stream is deleted. A stream that outlives its stack costs money
    // until it is deleted by hand.
    stream.applyRemovalPolicy(settings.is_protected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
    return stream;
  }
}

/** Checks that nothing can be put back after the row of its record, or its withdrawal, has expired. */
function requireExpiry(settings: Settings): void {
  const { set_asides_days, failures_days, unreadable_days, results } = settings;
  const row_days = results.ttl_seconds / 86_400;
  for (const [name, days] of Object.entries({ set_asides_days, failures_days, unreadable_days })) {
    if (days < row_days) continue;
    throw new Error(
      `${name}: expected less than the ${row_days} days of results.ttl_seconds, got ${days}. ` +
        'An erased record could come back.',
    );
  }
}
