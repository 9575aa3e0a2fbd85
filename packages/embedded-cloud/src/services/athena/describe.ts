import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import { CATALOG, type Glue, type GlueTable } from './catalog.ts';
import type { Execution } from './executions.ts';
import type { HiveColumn } from './hive-types.ts';

/**
 * A work group of Athena. If the work group has no output location, each query must specify an
 * output location.
 */
export interface WorkGroup {
  name: string;
  /** URI of the folder for query results, for example `s3://bucket/prefix/`. */
  output_location?: string;
  /** A query that scans more bytes is cancelled. */
  most_scanned_bytes?: number;
}

const ENGINE_VERSION = {
  SelectedEngineVersion: 'AUTO',
  EffectiveEngineVersion: 'Athena engine version 3',
};

export function buildWorkGroupArn(name: string): string {
  return `arn:aws:athena:${REGION}:${ACCOUNT_ID}:workgroup/${name}`;
}

export const CATALOG_ARN = `arn:aws:athena:${REGION}:${ACCOUNT_ID}:datacatalog/${CATALOG}`;

/** Creates the response of GetQueryExecution. */
export function describeExecution(execution: Execution, now: number) {
  const { id, query, statement, database, work_group, state, reason, submitted_at } = execution;
  const { started_at = now, completed_at } = execution;
  const ended_at = completed_at ?? now;
  return {
    QueryExecution: {
      QueryExecutionId: id,
      Query: query,
      StatementType: statement.type,
      ResultConfiguration: { OutputLocation: buildOutputUri(execution) },
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

/**
 * Builds the S3 URI of a query's results. The results of a SELECT are a CSV file, and the results
 * of other statements are a text file.
 */
export function buildOutputUri({ id, output_location, statement }: Execution): string {
  const folder = output_location.endsWith('/') ? output_location : `${output_location}/`;
  return `${folder}${id}.${writesCsv(statement) ? 'csv' : 'txt'}`;
}

/** Whether Athena writes the results of a statement as CSV. */
export function writesCsv({ kind }: Execution['statement']): boolean {
  return kind === 'select';
}

/** Creates the response of GetWorkGroup. */
export function describeWorkGroup({ name, output_location, most_scanned_bytes }: WorkGroup) {
  return {
    WorkGroup: {
      Name: name,
      State: 'ENABLED',
      Configuration: {
        ResultConfiguration:
          output_location === undefined ? {} : { OutputLocation: output_location },
        EnforceWorkGroupConfiguration: output_location !== undefined,
        ...(most_scanned_bytes === undefined
          ? {}
          : { BytesScannedCutoffPerQuery: most_scanned_bytes }),
        EngineVersion: ENGINE_VERSION,
      },
    },
  };
}

/** Creates the response of ListDatabases. */
export function listDatabases({ databases }: Glue) {
  return { DatabaseList: [...databases].sort().map((Name) => ({ Name })) };
}

/** Creates the description of one table for GetTableMetadata and ListTableMetadata. */
export function describeTable({
  name,
  table_type,
  columns,
  partition_keys,
  parameters,
}: GlueTable) {
  const describeHiveColumn = ({ name, type, comment }: HiveColumn) => ({
    ...{ Name: name, Type: type },
    ...(comment === undefined ? {} : { Comment: comment }),
  });
  return {
    Name: name,
    TableType: table_type,
    Columns: columns.map(describeHiveColumn),
    PartitionKeys: partition_keys.map(describeHiveColumn),
    Parameters: parameters,
  };
}
