import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, expect, it } from 'vitest';
import { EMBEDDED_PARAMETERS } from '../../infra/embedded-parameters.ts';
import { listTableColumns } from '../../insight/keeper/columns.ts';
import { resultSchema } from '../../schemas/index.ts';
import { listDeletions, listDependencies, listResources, synthesize } from '../support/template.ts';

let template: Template;
beforeAll(() => {
  template = synthesize();
});

it('Firehose writes gzipped lines by hour of delivery, with the buffer of the deployment, and logs its errors', () => {
  const { LakeDeliveryStream } = listResources(template, 'AWS::KinesisFirehose::DeliveryStream');
  expect(LakeDeliveryStream).toEqual({
    DeliveryStreamType: 'DirectPut',
    DeliveryStreamEncryptionConfigurationInput: { KeyType: 'AWS_OWNED_CMK' },
    ExtendedS3DestinationConfiguration: {
      BucketARN: 'LakeBucket.Arn',
      RoleARN: 'LakeDeliveryRole.Arn',
      Prefix: 'results_raw/!{timestamp:yyyy/MM/dd/HH}/',
      ErrorOutputPrefix: 'delivery-errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/',
      BufferingHints: { IntervalInSeconds: 'LakeBufferSeconds', SizeInMBs: 64 },
      CompressionFormat: 'GZIP',
      CloudWatchLoggingOptions: {
        Enabled: true,
        LogGroupName: 'LakeDeliveryLogs',
        LogStreamName: 'LakeDeliveryLogStream',
      },
      ProcessingConfiguration: {
        Enabled: true,
        Processors: [
          {
            Type: 'AppendDelimiterToRecord',
            Parameters: [{ ParameterName: 'Delimiter', ParameterValue: '\\n' }],
          },
        ],
      },
    },
  });
  template.hasParameter('LakeBufferSeconds', {
    Type: 'Number',
    Default: 60,
    MinValue: 0,
    MaxValue: 900,
  });
});

it('the embedded cloud buffers results for three seconds, merges them after one, and takes all else from the template', () => {
  expect(EMBEDDED_PARAMETERS).toEqual({
    LakeBufferSeconds: '3',
    LakeMergeSeconds: '1',
    AuditReadSeconds: '1',
  });
});

it('queries write their answers encrypted below the prefix that expires, whatever a client asks for, and scan at most 100 GB', () => {
  expect(listResources(template, 'AWS::Athena::WorkGroup').LakeWorkGroup).toEqual({
    Name: 'aurastream',
    RecursiveDeleteOption: true,
    WorkGroupConfiguration: {
      EnforceWorkGroupConfiguration: true,
      BytesScannedCutoffPerQuery: 100_000_000_000,
      ResultConfiguration: {
        OutputLocation: 's3://LakeBucket/query-results/',
        EncryptionConfiguration: { EncryptionOption: 'SSE_S3' },
      },
    },
  });
});

it('the table results_raw reads lines of JSON, with a column for each field of a result', () => {
  const { DatabaseName, TableInput } = listResources(template, 'AWS::Glue::Table').LakeRawResults!;
  expect(DatabaseName).toBe('aurastream');
  expect(TableInput.Name).toBe('results_raw');
  const { Columns, ...storage } = TableInput.StorageDescriptor;
  expect(Columns.map(({ Name }: { Name: string }) => Name)).toEqual(
    Object.keys(resultSchema.shape),
  );
  expect(storage).toEqual({
    Location: 's3://LakeBucket/results_raw/',
    InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
    SerdeInfo: { SerializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe' },
  });
});

// Source: https://docs.aws.amazon.com/athena/latest/ug/partition-projection-kinesis-firehose-example.html
it('the table results_raw has a partition for each hour that its lines are kept, under the prefix of Firehose', () => {
  const { TableInput } = listResources(template, 'AWS::Glue::Table').LakeRawResults!;
  const { TableType, PartitionKeys, Parameters } = TableInput;
  expect(TableType).toBe('EXTERNAL_TABLE');
  expect(PartitionKeys).toEqual([{ Name: 'hour', Type: 'string' }]);
  expect(Parameters).toEqual({
    EXTERNAL: 'TRUE',
    'projection.enabled': 'true',
    'projection.hour.type': 'date',
    'projection.hour.format': 'yyyy/MM/dd/HH',
    'projection.hour.range': 'NOW-32DAYS,NOW',
    'projection.hour.interval': '1',
    'projection.hour.interval.unit': 'HOURS',
    'storage.location.template': `s3://LakeBucket/results_raw/\${hour}/`,
  });
});

it('the view results_history has each version once for each hour, and the hour is a column of its window', () => {
  const { TableInput } = listResources(template, 'AWS::Glue::Table').LakeHistory!;
  expect(TableInput).toMatchObject({
    Name: 'results_history',
    TableType: 'VIRTUAL_VIEW',
    PartitionKeys: [],
    Parameters: { presto_view: 'true', comment: 'Presto View' },
    ViewExpandedText: '/* Presto View */',
  });
  const [, encoded = ''] = /^\/\* Presto View: (\S+) \*\/$/.exec(TableInput.ViewOriginalText) ?? [];
  const { originalSql, ...view } = JSON.parse(Buffer.from(encoded, 'base64').toString());
  const columns = [...Object.keys(resultSchema.shape), 'hour'];
  expect(originalSql).toBe(
    `SELECT ${columns.join(', ')} FROM (SELECT *, row_number() OVER (` +
      'PARTITION BY hour, tenant, source, record_id, record_version, text_hash, status, analysis_run ' +
      'ORDER BY processed_at) AS delivery FROM aurastream.results_raw) AS deliveries WHERE delivery = 1',
  );
  expect(view).toMatchObject({ catalog: 'awsdatacatalog', schema: 'aurastream' });
  expect(view.columns.map(({ name }: { name: string }) => name)).toEqual(columns);
  expect(view.columns).toEqual(
    expect.arrayContaining([
      {
        name: 'scores',
        type: 'row("positive" double, "negative" double, "neutral" double, "mixed" double)',
      },
      { name: 'hour', type: 'varchar' },
      { name: 'text', type: 'varchar' },
      { name: 'record_version', type: 'bigint' },
    ]),
  );
  const { Columns } = TableInput.StorageDescriptor;
  expect(Columns.map(({ Name }: { Name: string }) => Name)).toEqual(columns);
});

it('the database is created before the table, and the table before its view', () => {
  expect(listDependencies(template, 'AWS::Glue::Table')).toEqual({
    LakeRawResults: ['LakeDatabase'],
    LakeHistory: ['LakeRawResults'],
    LakeResultsByHour: ['LakeDatabase'],
    LakeResultsByDay: ['LakeDatabase'],
    LakeResultsByWeek: ['LakeDatabase'],
    LakeResultsTyped: ['LakeDatabase'],
  });
});

it('the views by hour, day and week group by what makes Athena read only the days of a condition', () => {
  const tables = listResources(template, 'AWS::Glue::Table');
  const views = ['LakeResultsByHour', 'LakeResultsByDay', 'LakeResultsByWeek'].map((id) => {
    const { Name, ViewOriginalText } = tables[id]!.TableInput;
    const encoded = /Presto View: (\S+) /.exec(ViewOriginalText)?.[1] ?? '';
    return [Name, JSON.parse(Buffer.from(encoded, 'base64').toString())];
  });
  for (const [name, { originalSql, columns }] of views) {
    expect(originalSql, name).toMatch(
      /\bday\b.*FROM aurastream\.results WHERE status = 'analyzed'/,
    );
    expect(columns, name).toContainEqual({ name: 'texts', type: 'bigint' });
  }
  expect(views.map(([name]) => name)).toEqual([
    'results_by_hour',
    'results_by_day',
    'results_by_week',
  ]);
});

it('the view results_typed names all columns of results, with types of Trino', () => {
  const { ViewOriginalText } = listResources(template, 'AWS::Glue::Table').LakeResultsTyped!
    .TableInput;
  const encoded = /Presto View: (\S+) /.exec(ViewOriginalText)?.[1] ?? '';
  const { originalSql, columns } = JSON.parse(Buffer.from(encoded, 'base64').toString());
  const names = listTableColumns().map(({ name }) => name);
  expect(originalSql).toContain(`SELECT ${names.join(', ')}, transform_values(`);
  expect(columns.map(({ name }: { name: string }) => name)).toEqual([...names, 'numbers', 'times']);
  expect(columns).toContainEqual({ name: 'numbers', type: 'map(varchar, double)' });
  expect(columns).toContainEqual({ name: 'times', type: 'map(varchar, timestamp(6))' });
  expect(JSON.stringify(columns)).not.toMatch(/<|string/);
});

it('a deployment that is deleted leaves no log of Firehose behind', () => {
  expect(listDeletions(template, 'AWS::Logs::LogStream')).toEqual({
    LakeDeliveryLogStream: 'Delete',
  });
});
