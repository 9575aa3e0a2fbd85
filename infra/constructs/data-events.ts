import {
  aws_cloudtrail as cloudtrail,
  Duration,
  aws_iam as iam,
  Stack,
  type aws_s3 as s3,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { createPrivateBucket } from './private-bucket.ts';

interface DataEventsProps {
  settings: Settings;
  buckets: s3.Bucket[];
  /** ARNs of the tables with texts. */
  table_arns: string[];
}

/**
 * A trail of CloudTrail with each call that reads or writes an object of the buckets or an item of the
 * tables. With `others`, the calls of the stack's own functions and of Firehose are left out: they are
 * nearly all calls, and a thousand of them cost as much as writing 1,600 rows.
 * Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
 */
export class DataEvents extends Construct {
  constructor(scope: Construct, id: string, props: DataEventsProps) {
    super(scope, id);
    const { settings, buckets, table_arns } = props;
    const { partition, region, account } = Stack.of(this);
    const name = `${settings.stack_name}-data-events`;
    const trail_arn = `arn:${partition}:cloudtrail:${region}:${account}:trail/${name}`;
    const bucket = this.createBucket(settings, trail_arn);
    const callers = settings.audit.data_events === 'others' ? [leaveOut(this.listOwnRoles())] : [];
    const objects = buckets.map((one) => one.arnForObjects(''));
    const trail = new cloudtrail.CfnTrail(this, 'Trail', {
      trailName: name,
      isLogging: true,
      s3BucketName: bucket.bucketName,
      enableLogFileValidation: true,
      advancedEventSelectors: [
        selectData('AWS::S3::Object', { field: 'resources.ARN', startsWith: objects }, callers),
        selectData(
          'AWS::DynamoDB::Table',
          { field: 'resources.ARN', equalTo: table_arns },
          callers,
        ),
      ],
    });
    if (bucket.policy !== undefined) trail.node.addDependency(bucket.policy);
  }

  /**
   * Creates the bucket of the trail's files.
   * Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
   */
  private createBucket({ audit }: Settings, trail_arn: string): s3.Bucket {
    const expiration = Duration.days(audit.retention_days);
    const bucket = createPrivateBucket(this, 'Files', [{ expiration }]);
    const service = new iam.ServicePrincipal('cloudtrail.amazonaws.com');
    const conditions = { StringEquals: { 'aws:SourceArn': trail_arn } };
    const grants = [
      { actions: ['s3:GetBucketAcl'], resources: [bucket.bucketArn], conditions },
      {
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects(`AWSLogs/${Stack.of(this).account}/*`)],
        conditions: {
          StringEquals: {
            ...conditions.StringEquals,
            's3:x-amz-acl': 'bucket-owner-full-control',
          },
        },
      },
    ];
    for (const grant of grants) {
      bucket.addToResourcePolicy(new iam.PolicyStatement({ principals: [service], ...grant }));
    }
    return bucket;
  }

  /** Lists the roles of the functions and of Firehose, as the ARNs of their sessions begin. */
  private listOwnRoles(): string[] {
    const stack = Stack.of(this);
    return stack.node
      .findAll()
      .filter((one) => one instanceof iam.Role)
      .filter(({ assumeRolePolicy }) => isForServices(assumeRolePolicy))
      .map(
        ({ roleName }) => `arn:${stack.partition}:sts::${stack.account}:assumed-role/${roleName}/`,
      );
  }
}

function isForServices(policy: iam.PolicyDocument | undefined): boolean {
  return /(lambda|firehose)\.amazonaws\.com/.test(JSON.stringify(policy?.toJSON() ?? {}));
}

function leaveOut(sessions: string[]) {
  return { field: 'userIdentity.arn', notStartsWith: sessions };
}

function selectData(
  type: string,
  resources: cloudtrail.CfnTrail.AdvancedFieldSelectorProperty,
  callers: cloudtrail.CfnTrail.AdvancedFieldSelectorProperty[],
): cloudtrail.CfnTrail.AdvancedEventSelectorProperty {
  return {
    name: type,
    fieldSelectors: [
      { field: 'eventCategory', equalTo: ['Data'] },
      { field: 'resources.type', equalTo: [type] },
      resources,
      ...callers,
    ],
  };
}
