import {
  aws_kinesis as kinesis,
  type aws_s3 as s3,
  aws_secretsmanager as secretsmanager,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { createPrivateBucket } from './private-bucket.ts';

/** Stream of records, and the buckets for records that cannot be processed. */
export class Ingest extends Construct {
  readonly stream: kinesis.CfnStream;
  readonly set_aside_bucket: s3.Bucket;
  readonly failure_bucket: s3.Bucket;
  /** Only operators and the consumer may read this key. */
  readonly restore_key: secretsmanager.Secret;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.stream = new kinesis.CfnStream(this, 'Stream', {
      streamModeDetails: { streamMode: 'ON_DEMAND' },
      retentionPeriodHours: settings.stream.retention_hours,
      streamEncryption: { encryptionType: 'KMS', keyId: 'alias/aws/kinesis' },
    });
    this.set_aside_bucket = createPrivateBucket(this, 'SetAsides');
    this.failure_bucket = createPrivateBucket(this, 'Failures');
    this.restore_key = new secretsmanager.Secret(this, 'RestoreKey', {
      description: 'Signs the records that operators put back on the stream',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
  }
}
