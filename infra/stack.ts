import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ANALYZERS } from '../schemas/index.ts';
import { Alarms } from './constructs/alarms/alarms.ts';
import { Alerts } from './constructs/alerts.ts';
import { Api } from './constructs/api.ts';
import type { ApiUses } from './constructs/api-access.ts';
import { Audit } from './constructs/audit.ts';
import { BudgetReplay } from './constructs/budget-replay.ts';
import { Consumer } from './constructs/consumer.ts';
import { Counts } from './constructs/counts.ts';
import { type DashboardProps, PipelineDashboard } from './constructs/dashboard/dashboard.ts';
import { DataEvents } from './constructs/data-events.ts';
import { encryptStores } from './constructs/encryption.ts';
import { addFirewall } from './constructs/firewall.ts';
import { History } from './constructs/history.ts';
import { Ingest } from './constructs/ingest.ts';
import { Jobs } from './constructs/jobs.ts';
import { Keeper } from './constructs/keeper.ts';
import { Lake } from './constructs/lake.ts';
import { Privacy } from './constructs/privacy.ts';
import { Slos } from './constructs/slos/slos.ts';
import { Tables } from './constructs/tables.ts';
import { TrafficAlerts } from './constructs/traffic-alerts.ts';
import type { Settings } from './settings.ts';

interface Uses extends Omit<ApiUses, 'alerts' | 'privacy'> {
  lake: Lake;
}

/** CloudFormation stack with all resources of AuraStream. */
export class AuraStreamStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id, {
      description: 'AuraStream: a firehose of text in, sentiment out',
      terminationProtection: settings.is_protected,
      // CloudFormation puts the tags of a stack on all of its resources.
      tags: { application: 'aurastream', environment: settings.environment },
    });
    const ingest = new Ingest(this, 'Ingest', settings);
    const tables = new Tables(this, 'Tables', settings);
    const lake = new Lake(this, 'Lake', settings);
    const jobs = new Jobs(this, 'Jobs', { settings, ingest, tables });
    const audit = new Audit(this, 'Audit', settings);
    const uses = { settings, ingest, tables, lake, jobs, audit };
    const consumer = new Consumer(this, 'Consumer', {
      ...uses,
      traffic: 'live',
      stream: ingest.stream,
      description: 'Turns records of the live stream into results',
      batch_size: settings.consumer.batch_size,
      timeout_seconds: settings.consumer.timeout_seconds,
      reserved_concurrency: settings.consumer.reserved_concurrency,
    });
    const bulk_consumer = new Consumer(this, 'BulkConsumer', {
      ...uses,
      traffic: 'bulk',
      stream: ingest.bulk_stream,
      description: 'Turns records of the bulk stream into results',
      batch_size: settings.bulk_consumer.batch_size,
      timeout_seconds: settings.bulk_consumer.timeout_seconds,
      reserved_concurrency: settings.bulk_consumer.reserved_concurrency,
    });
    const counts = new Counts(this, 'Counts', { settings, tables });
    const alerts = new Alerts(this, 'Alerting', { settings, tables, jobs });
    const traffic_alerts = new TrafficAlerts(this, 'TrafficAlerts', { settings, tables, alerts });
    const history = new History(this, 'History', { settings, tables, alerts });
    const budget_replay = new BudgetReplay(this, 'BudgetReplay', { settings, ingest, jobs });
    const keeper = new Keeper(this, 'Keeper', { settings, lake, tables });
    const privacy = new Privacy(this, 'Privacy', { ...uses, keeper });
    const api = new Api(this, 'Api', { ...uses, alerts, privacy });
    this.addApiFirewall(settings, api);
    this.addDataEvents(uses);
    const alarmed = {
      ...{ alerts, traffic_alerts, consumer, bulk_consumer, counts, history },
      ...{ budget_replay, keeper, privacy, api },
    };
    const alarms = new Alarms(this, 'Alarms', { ...uses, ...alarmed });
    this.addObjectives(alarms, { ...uses, ...alarmed });

    encryptStores(this, settings);

    this.addOutputs({
      StreamName: ingest.stream.ref,
      BulkStreamName: ingest.bulk_stream.ref,
      ...tables.outputs(),
      SetAsideBucketName: ingest.set_aside_bucket.bucketName,
      RestoreKeyArn: ingest.restore_key.secretArn,
      ...audit.outputs(settings),
      FailureBucketName: ingest.failure_bucket.bucketName,
      LakeBucketName: lake.bucket.bucketName,
      DeliveryStreamName: lake.delivery_stream.ref,
      DatabaseName: lake.database_name,
      KeeperTableName: keeper.table.tableName,
      BufferSeconds: lake.buffer_seconds,
      ParallelizationFactor: String(settings.consumer.parallelization_factor),
      WorkgroupName: lake.work_group.ref,
      ConsumerFunctionName: consumer.handler.functionName,
      BulkConsumerFunctionName: bulk_consumer.handler.functionName,
      ...jobs.outputs(),
      AlarmTopicArn: alarms.topic.topicArn,
      ApiUrl: api.url,
      ApiId: api.id,
      ApiStage: api.stage,
      AnalyzerName: settings.analysis.analyzer,
      AnalyzerVersion: ANALYZERS[settings.analysis.analyzer].version,
      UsagePlanIds: this.toJsonString(api.usage_plan_ids),
    });
  }

  /** Adds the alarms on objectives, and the dashboard, which shows all alarms. */
  private addObjectives({ topic, alarms }: Alarms, shown: Omit<DashboardProps, 'alarms'>): void {
    const { settings, api, consumer } = shown;
    const slos = new Slos(this, 'Slos', { settings, api, consumer, topic });
    if (!settings.has_dashboard) return;
    const all_alarms = [...slos.alarms, ...alarms];
    void new PipelineDashboard(this, 'Dashboard', { ...shown, alarms: all_alarms });
  }

  private addDataEvents({ settings, ...uses }: Uses): void {
    if (settings.audit.data_events === 'none') return;
    const { ingest, tables, lake, jobs, audit } = uses;
    void new DataEvents(this, 'DataEvents', {
      settings,
      buckets: [
        ...[ingest.set_aside_bucket, ingest.failure_bucket],
        ...[lake.bucket, jobs.input_bucket, audit.bucket],
      ],
      table_arns: [tables.results.tableArn],
    });
  }

  private addApiFirewall(settings: Settings, { rest_api }: Api): void {
    const limit = settings.api.firewall_requests_in_five_minutes;
    if (limit === undefined) return;
    addFirewall(this, { stage: rest_api.deploymentStage, name: settings.stack_name, limit });
  }

  private addOutputs(outputs: Record<string, string>): void {
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
