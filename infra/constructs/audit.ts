import {
  Duration,
  aws_iam as iam,
  aws_s3 as s3,
  aws_secretsmanager as secretsmanager,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { createPrivateBucket } from './private-bucket.ts';

/** Prefix of the entries. See audit/object-keys.ts. */
const ENTRIES_PREFIX = 'entries/';

/** The audit trail: a bucket whose objects cannot be changed, and the key that signs them. */
export class Audit extends Construct {
  readonly bucket: s3.Bucket;
  /** Only operators and the functions that write the trail may read this key. */
  readonly key: secretsmanager.Secret;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.bucket = this.createBucket(settings);
    this.key = new secretsmanager.Secret(this, 'Key', {
      description: 'Signs the audit trail. If it is replaced, older entries cannot be verified',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
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
