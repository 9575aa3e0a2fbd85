import { readFile } from 'node:fs/promises';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, expect, it, vi } from 'vitest';
import { settings } from '../../infra/settings.ts';
import { createAnalysisCounts } from '../../processors/analysis/counts.ts';
import { batchMetrics, quotaMetrics } from '../../processors/stream/measures.ts';
import { resultSchema, resultsResponseSchema } from '../../schemas/index.ts';
import { synthesize } from '../support/template.ts';

vi.mock('../../infra/bundling.ts', () => import('../support/no-bundles.ts'));

interface Statement {
  Action: string | string[];
  Resource: unknown;
  Effect: string;
}

/** Lists the metrics that the consumer publishes for a batch. */
function listMetrics(): Record<string, number> {
  const none = { granted: 0, refused: 0, waited_ms: 0, throttles: 0, ledger_errors: 0 };
  const breaker = { open: false, opened: 0, spared: 0 };
  const quota = { ...none, calls_per_second: 10, breaker };
  return batchMetrics({
    records_in: 0,
    results: 0,
    set_asides: 0,
    cancelled: 0,
    failed: 0,
    duration_ms: 0,
    iterator_age_ms: 0,
    end_to_end_ms: 0,
    analysis: createAnalysisCounts(),
    quota: quotaMetrics(quota, quota),
  });
}

let template: Template;
beforeAll(() => {
  template = synthesize();
});

function statements(): Statement[] {
  return Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
    (policy) => policy.Properties.PolicyDocument.Statement,
  );
}

it('no function has an action with a wildcard or a managed policy', () => {
  for (const { Action } of statements()) {
    for (const action of [Action].flat()) expect(action).not.toContain('*');
  }
  for (const role of Object.values(template.findResources('AWS::IAM::Role'))) {
    expect(role.Properties.ManagedPolicyArns).toBeUndefined();
  }
});

it('every grant names its resources, except those of Comprehend and X-Ray, which have none', () => {
  const unbounded = statements().filter((statement) => statement.Resource === '*');
  expect([...new Set(unbounded.flatMap((statement) => statement.Action))].sort()).toEqual([
    'comprehend:BatchDetectSentiment',
    'xray:PutTelemetryRecords',
    'xray:PutTraceSegments',
  ]);
});

it('every alarm notifies the topic, and the runbook has a section for it', async () => {
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
  expect(alarms.length).toBeGreaterThan(10);
  const runbook = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  for (const { Properties } of alarms) {
    const [, name] = /docs\/operations\.md, (\w+)\.$/.exec(Properties.AlarmDescription)!;
    expect(runbook, name).toMatch(new RegExp(`^### ${name}$`, 'm'));
    expect(Properties.AlarmActions).toHaveLength(1);
  }
});

it('alarms watch only metrics that the consumer publishes, and the runbook explains each metric', async () => {
  const own = Object.values(template.findResources('AWS::CloudWatch::Alarm'))
    .filter(({ Properties }) => Properties.Namespace === 'AuraStream')
    .map(({ Properties }) => Properties.MetricName);
  const runbook = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const published = Object.keys(listMetrics());
  expect(published).toEqual(expect.arrayContaining(own));
  for (const name of published) expect(runbook, name).toContain(`| \`${name}\``);
});

it('every bucket is encrypted, private, and retained when the stack is deleted', () => {
  const buckets = template.findResources('AWS::S3::Bucket');
  expect(Object.keys(buckets)).toHaveLength(4);
  template.allResources('AWS::S3::Bucket', {
    DeletionPolicy: 'Retain',
    Properties: {
      BucketEncryption: Match.anyValue(),
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    },
  });
});

it('Lambda writes batches that it gives up on to a destination, and gives up before the stream forgets them', () => {
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    StartingPosition: 'TRIM_HORIZON',
    BatchSize: settings.consumer.batch_size,
    MaximumBatchingWindowInSeconds: Match.anyValue(),
    BisectBatchOnFunctionError: true,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    MaximumRetryAttempts: settings.consumer.max_retries,
    MaximumRecordAgeInSeconds: settings.consumer.max_record_age_seconds,
    DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
  });
  expect(settings.consumer.max_record_age_seconds).toBeLessThan(
    settings.stream.retention_hours * 3_600,
  );
});

it('every function runs on Node 24 and arm64, with its own role and log group', () => {
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  expect(functions).toHaveLength(5);
  const roles = functions.map(({ Properties }) => JSON.stringify(Properties.Role));
  expect(new Set(roles).size).toBe(5);
  for (const { Properties } of functions) {
    expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    expect(Properties.LoggingConfig.LogGroup).toBeDefined();
  }
});

it('each tier has a usage plan with its rate, burst and quota', () => {
  for (const limits of Object.values(settings.tiers)) {
    template.hasResourceProperties('AWS::ApiGateway::UsagePlan', {
      Throttle: {
        RateLimit: limits.requests_per_second,
        BurstLimit: limits.burst_requests,
      },
      Quota: { Limit: limits.requests_per_month, Period: 'MONTH' },
      ApiStages: [Match.objectLike({ Stage: Match.anyValue() })],
    });
  }
  template.resourceCountIs('AWS::ApiGateway::UsagePlan', Object.keys(settings.tiers).length);
});

it('every path needs an API key, except the four open ones', () => {
  const methods = Object.values(template.findResources('AWS::ApiGateway::Method'));
  const open = methods.filter(({ Properties }) => Properties.ApiKeyRequired !== true);
  const paths = open.map(({ Properties }) => JSON.stringify(Properties.ResourceId));
  expect(paths).toHaveLength(5);
  for (const path of paths) expect(path).toMatch(/health|ready|openapi|docs/);
  for (const { Properties } of methods.filter((method) => !open.includes(method))) {
    expect(Properties).toMatchObject({ AuthorizationType: 'CUSTOM', ApiKeyRequired: true });
  }
});

it('every work queue hides a message for longer than the timeout of its function, and has a dead letter queue', () => {
  const queues = Object.values(template.findResources('AWS::SQS::Queue'));
  const work = queues.filter(({ Properties }) => Properties.RedrivePolicy !== undefined);
  expect(work.map(({ Properties }) => Properties.VisibilityTimeout).sort()).toEqual(
    [settings.jobs.timeout_seconds + 30, settings.callbacks.timeout_seconds + 30].sort(),
  );
  expect(queues).toHaveLength(work.length * 2);
});

it('the lake has a column for each field of a result', () => {
  const tables = Object.values(template.findResources('AWS::Glue::Table'));
  const raw = tables.find(({ Properties }) => Properties.TableInput.Name === 'results_raw');
  const names = raw!.Properties.TableInput.StorageDescriptor.Columns.map(
    (column: { Name: string }) => column.Name,
  );
  expect(names).toEqual(Object.keys(resultSchema.shape));
});

it('the index by_source holds the fields that listings show, and at most the 20 that DynamoDB allows', () => {
  const [table] = Object.values(template.findResources('AWS::DynamoDB::Table')).filter(
    ({ Properties }) => Properties.KeySchema[0].AttributeName === 'record_key',
  );
  const [index] = table?.Properties.GlobalSecondaryIndexes ?? [];
  expect(index.IndexName).toBe('by_source');
  expect(index.Projection.ProjectionType).toBe('INCLUDE');
  const listed = resultsResponseSchema.shape.results.element.shape;
  expect(index.Projection.NonKeyAttributes).toEqual(Object.keys(listed));
  expect(index.Projection.NonKeyAttributes.length).toBeLessThanOrEqual(20);
});

it('the view results shows one row per record version', () => {
  const tables = Object.values(template.findResources('AWS::Glue::Table'));
  const view = tables.find(({ Properties }) => Properties.TableInput.Name === 'results');
  const comment: string = view!.Properties.TableInput.ViewOriginalText;
  const definition = JSON.parse(
    Buffer.from(/Presto View: (\S+)/.exec(comment)![1]!, 'base64').toString(),
  );
  expect(definition.originalSql).toContain('PARTITION BY tenant, record_id, record_version');
  expect(definition.columns).toContainEqual({
    name: 'scores',
    type: 'row("positive" double, "negative" double, "neutral" double, "mixed" double)',
  });
});

it('the API accepts only the address ranges of the settings, if there are any', () => {
  expect(JSON.stringify(template.findResources('AWS::ApiGateway::RestApi'))).not.toContain(
    'IpAddress',
  );
  const narrowed = synthesize({
    api: { ...settings.api, allowed_cidrs: ['203.0.113.0/24'] },
  });
  narrowed.hasResourceProperties('AWS::ApiGateway::RestApi', {
    Policy: {
      Statement: [
        Match.objectLike({ Condition: { IpAddress: { 'aws:SourceIp': ['203.0.113.0/24'] } } }),
      ],
    },
  });
});
