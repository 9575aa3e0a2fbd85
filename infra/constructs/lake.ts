import {
  aws_athena as athena,
  CfnParameter,
  Duration,
  aws_kinesisfirehose as firehose,
  aws_glue as glue,
  aws_iam as iam,
  aws_logs as logs,
  RemovalPolicy,
  Stack,
  aws_s3 as s3,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { type GlueColumn, listResultColumns } from '../../schemas/glue.ts';
import { RAW_PREFIX } from '../../schemas/lake.ts';
import type { Settings } from '../settings.ts';
import { createHistoryView, RESULTS_SERDE } from './history-view.ts';
import { createPrivateBucket } from './private-bucket.ts';
import { createSummaryViews, toConstructId } from './summary-views.ts';
import { createTypedView } from './typed-view.ts';

/** Prefix of the files of the Iceberg table `results`. */
export const RESULTS_PREFIX = 'results/';
export const QUERY_RESULTS_PREFIX = 'query-results/';
const DELIVERY_ERRORS_PREFIX = 'delivery-errors/';
/** Hour in which Firehose received a line, such as `2026/11/27/06`, in UTC. */
const PARTITION_KEY: GlueColumn = { name: 'hour', type: 'string' };

/**
 * Makes Firehose write a line feed after each record, because each object in the lake must be a
 * file of JSON lines.
 */
const APPEND_LINE_FEED = {
  type: 'AppendDelimiterToRecord',
  parameters: [{ parameterName: 'Delimiter', parameterValue: '\\n' }],
};

/**
 * Data lake with the results. Firehose writes the lake's objects to S3, and Athena reads the
 * objects.
 */
export class Lake extends Construct {
  readonly bucket: s3.Bucket;
  readonly delivery_stream: firehose.CfnDeliveryStream;
  readonly work_group: athena.CfnWorkGroup;
  readonly database_name: string;
  /**
   * Longest time that Firehose buffers results, in seconds. Queries cannot see buffered results.
   */
  readonly buffer_seconds: string;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const name = settings.stack_name.toLowerCase();
    // An unquoted name in SQL has no hyphens.
    this.database_name = name.replaceAll('-', '_');
    this.bucket = createPrivateBucket(this, 'Bucket', lakeLifecycle(settings), {
      deleted_objects_days: settings.deleted_objects_days,
    });
    // Sets the property directly. The method enableEventBridgeNotification() would deploy an
    // additional Lambda function only to set the property.
    (this.bucket.node.defaultChild as s3.CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    const buffer = this.bufferSeconds(settings);
    this.buffer_seconds = buffer.valueAsString;
    this.delivery_stream = this.deliveryStream(settings, buffer);
    this.tables(settings);
    this.work_group = new athena.CfnWorkGroup(this, 'WorkGroup', {
      name,
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        bytesScannedCutoffPerQuery: settings.lake.max_scanned_gb_per_query * 1e9,
        resultConfiguration: {
          outputLocation: this.bucket.s3UrlForObject(QUERY_RESULTS_PREFIX),
          encryptionConfiguration: { encryptionOption: 'SSE_S3' },
        },
      },
    });
  }

  /**
   * Creates the template parameter for the buffering time. With a shorter time, queries see new
   * results earlier, but Firehose writes more and smaller objects.
   */
  private bufferSeconds(settings: Settings): CfnParameter {
    return new CfnParameter(Stack.of(this), 'LakeBufferSeconds', {
      type: 'Number',
      default: settings.lake.buffer_seconds,
      minValue: 0,
      maxValue: 900,
      description:
        'Seconds for which Firehose buffers results before it writes an object to the lake.',
    });
  }

  /**
   * Creates the role with which Firehose writes to S3. The role allows only the actions that the
   * documentation of Firehose lists. All actions are limited to the lake's bucket and its log group.
   */
  private deliveryRole(logs_arn: string): iam.Role {
    const role = new iam.Role(this, 'DeliveryRole', {
      // Firehose sends the id of the account for which it delivers.
      // Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CreateFirehoseStream.html
      assumedBy: new iam.ServicePrincipal('firehose.amazonaws.com', {
        conditions: { StringEquals: { 'sts:ExternalId': Stack.of(this).account } },
      }),
    });
    role.addToPolicy(
      new iam.PolicyStatement({ actions: ['logs:PutLogEvents'], resources: [logs_arn] }),
    );
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload'],
        resources: [this.bucket.arnForObjects('*')],
      }),
    );
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
        resources: [this.bucket.bucketArn],
      }),
    );
    return role;
  }

  /** Creates the log in which Firehose says why it could not deliver. */
  private deliveryLog(settings: Settings) {
    const log_group = new logs.LogGroup(this, 'DeliveryLogs', {
      retention: settings.log_retention_days,
    });
    const log_stream = new logs.LogStream(this, 'DeliveryLogStream', {
      logGroup: log_group,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const { logStreamName } = log_stream;
    const options = { enabled: true, logGroupName: log_group.logGroupName, logStreamName };
    return { log_group, options };
  }

  private deliveryStream(
    settings: Settings,
    bufferSeconds: CfnParameter,
  ): firehose.CfnDeliveryStream {
    const { log_group, options } = this.deliveryLog(settings);
    const role = this.deliveryRole(log_group.logGroupArn);
    const stream = new firehose.CfnDeliveryStream(this, 'DeliveryStream', {
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
      extendedS3DestinationConfiguration: {
        bucketArn: this.bucket.bucketArn,
        roleArn: role.roleArn,
        prefix: `${RAW_PREFIX}!{timestamp:yyyy/MM/dd/HH}/`,
        errorOutputPrefix: `${DELIVERY_ERRORS_PREFIX}!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/`,
        bufferingHints: {
          intervalInSeconds: bufferSeconds.valueAsNumber,
          sizeInMBs: settings.lake.buffer_mb,
        },
        compressionFormat: 'GZIP',
        cloudWatchLoggingOptions: options,
        processingConfiguration: { enabled: true, processors: [APPEND_LINE_FEED] },
      },
    });
    stream.node.addDependency(role);
    return stream;
  }

  private tables(settings: Settings): void {
    const catalogId = Stack.of(this).account;
    const database = new glue.CfnDatabase(this, 'Database', {
      catalogId,
      databaseInput: { name: this.database_name },
    });
    const raw = new glue.CfnTable(this, 'RawResults', {
      catalogId,
      databaseName: this.database_name,
      tableInput: {
        name: 'results_raw',
        description:
          'Every line of the lake, including repeats of batches that were delivered twice.',
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: [PARTITION_KEY],
        parameters: this.projection(settings),
        storageDescriptor: {
          columns: listResultColumns(),
          location: this.bucket.s3UrlForObject(RAW_PREFIX),
          inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
          outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          serdeInfo: { serializationLibrary: RESULTS_SERDE },
        },
      },
    });
    raw.addResourceDependency(database);
    // The keeper creates the table `results`, because CloudFormation creates no partitioned one.
    const history = new glue.CfnTable(this, 'History', {
      catalogId,
      databaseName: this.database_name,
      tableInput: createHistoryView(this.database_name, [...listResultColumns(), PARTITION_KEY]),
    });
    history.addResourceDependency(raw);
    const views = [...createSummaryViews(this.database_name), createTypedView(this.database_name)];
    for (const tableInput of views) {
      const id = toConstructId(tableInput.name ?? '');
      const databaseName = this.database_name;
      const view = new glue.CfnTable(this, id, { catalogId, databaseName, tableInput });
      view.addResourceDependency(database);
    }
  }

  /**
   * Returns the table properties for partition projection. With partition projection, Athena
   * computes the paths of the partitions, and therefore the lake needs neither a crawler nor a
   * partition list. A query without a condition on `hour` lists all hours of the range, so the range
   * is not longer than the lines are kept. Lines expire up to two days late.
   * Source: https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
   */
  private projection({ lake: { raw_days } }: Settings): Record<string, string> {
    return {
      EXTERNAL: 'TRUE',
      'projection.enabled': 'true',
      'projection.hour.type': 'date',
      'projection.hour.format': 'yyyy/MM/dd/HH',
      'projection.hour.range': `NOW-${raw_days + 2}DAYS,NOW`,
      'projection.hour.interval': '1',
      'projection.hour.interval.unit': 'HOURS',
      'storage.location.template': this.bucket.s3UrlForObject(`${RAW_PREFIX}$\{hour}/`),
    };
  }
}

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html */
const LEAST_TRANSITION_DAYS = 30;

function lakeLifecycle({
  lake: { infrequent_access_days, raw_days },
}: Settings): s3.LifecycleRule[] {
  const query_results = { prefix: QUERY_RESULTS_PREFIX, expiration: Duration.days(7) };
  const raw = { prefix: RAW_PREFIX, expiration: Duration.days(raw_days) };
  const errors = { prefix: DELIVERY_ERRORS_PREFIX, expiration: Duration.days(raw_days) };
  const kept = [query_results, raw, errors];
  if (infrequent_access_days === undefined) return kept;
  if (infrequent_access_days < LEAST_TRANSITION_DAYS) {
    throw new Error(
      `lake.infrequent_access_days: expected at least ${LEAST_TRANSITION_DAYS}, got ` +
        `${infrequent_access_days}. S3 refuses an earlier move.`,
    );
  }
  const move = {
    storageClass: s3.StorageClass.INFREQUENT_ACCESS,
    transitionAfter: Duration.days(infrequent_access_days),
  };
  return [...kept, { prefix: RESULTS_PREFIX, transitions: [move] }];
}
