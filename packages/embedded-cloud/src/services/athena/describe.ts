import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import { CATALOG, type Glue, type GlueTable } from './catalog.ts';
import type { Execution } from './executions.ts';

/** A work group; without an output location, each query must bring its own. */
export interface WorkGroup {
  name: string;
  /** `s3://bucket/prefix/` */
  output_location?: string;
}

const ENGINE_VERSION = {
  SelectedEngineVersion: 'AUTO',
  EffectiveEngineVersion: 'Athena engine version 3',
};

export function workGroupArn(name: string): string {
  return `arn:aws:athena:${REGION}:${ACCOUNT_ID}:workgroup/${name}`;
}

export const CATALOG_ARN = `arn:aws:athena:${REGION}:${ACCOUNT_ID}:datacatalog/${CATALOG}`;

/** GetQueryExecution's answer. */
export function executionDescription(execution: Execution, now: number) {
  const { id, query, statement, database, work_group, state, reason, submitted_at } = execution;
  const { started_at = now, completed_at } = execution;
  const ended_at = completed_at ?? now;
  return {
    QueryExecution: {
      QueryExecutionId: id,
      Query: query,
      StatementType: statement.type,
      ResultConfiguration: { OutputLocation: outputOf(execution) },
      ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: false } },
      QueryExecutionContext: { Database: database, Catalog: CATALOG.toLowerCase() },
      Status: {
        State: state,
        ...(reason === undefined ? {} : { StateChangeReason: reason }),
        SubmissionDateTime: submitted_at / 1_000,
        ...(completed_at === undefined ? {} : { CompletionDateTime: completed_at / 1_000 }),
      },
      Statistics: {
        EngineExecutionTimeInMillis: ended_at - started_at,
        QueryQueueTimeInMillis: started_at - submitted_at,
        TotalExecutionTimeInMillis: ended_at - submitted_at,
        DataScannedInBytes: execution.scanned_bytes,
      },
      WorkGroup: work_group,
      EngineVersion: ENGINE_VERSION,
    },
  };
}

/** Where a query's results are on S3: text for what Hive's parser answers, CSV for the rest. */
export function outputOf({ id, output_location, statement }: Execution): string {
  const folder = output_location.endsWith('/') ? output_location : `${output_location}/`;
  return `${folder}${id}.${statement.kind === 'select' ? 'csv' : 'txt'}`;
}

/** GetWorkGroup's answer. */
export function workGroupDescription({ name, output_location }: WorkGroup) {
  return {
    WorkGroup: {
      Name: name,
      State: 'ENABLED',
      Configuration: {
        ResultConfiguration:
          output_location === undefined ? {} : { OutputLocation: output_location },
        EnforceWorkGroupConfiguration: output_location !== undefined,
        EngineVersion: ENGINE_VERSION,
      },
    },
  };
}

/** ListDatabases' answer. */
export function databaseList({ databases }: Glue) {
  return { DatabaseList: [...databases].sort().map((Name) => ({ Name })) };
}

/** One table of ListTableMetadata's answer. */
export function tableMetadata({
  name,
  table_type,
  columns,
  partition_keys,
  parameters,
}: GlueTable) {
  const named = (column: { name: string; type: string }) => ({
    Name: column.name,
    Type: column.type,
  });
  return {
    Name: name,
    TableType: table_type,
    Columns: columns.map(named),
    PartitionKeys: partition_keys.map(named),
    Parameters: parameters,
  };
}
