import type { HiveColumn } from '../hive-types.ts';
import type { TableName } from './cursor.ts';

/** A partition field of an Iceberg table, for example `day` or `hour(created_at)`. */
export interface PartitionField {
  transform: 'identity' | 'year' | 'month' | 'day' | 'hour' | 'bucket' | 'truncate';
  column: string;
  /** The number of buckets or the width of a truncated value. */
  argument?: number;
}

/** Statements that define an Iceberg table. */
export type Definition =
  | {
      kind: 'create_table';
      table: TableName;
      if_not_exists: boolean;
      columns: HiveColumn[];
      partitioning: PartitionField[];
      location: string;
      properties: Record<string, string>;
    }
  | { kind: 'add_columns'; table: TableName; columns: HiveColumn[] }
  | { kind: 'drop_column'; table: TableName; column: string }
  | { kind: 'set_properties'; table: TableName; properties: Record<string, string> }
  | { kind: 'drop_table'; table: TableName; if_exists: boolean };

/** An assignment of an expression to a column, in SQL. */
export interface Assignment {
  column: string;
  value: string;
}

/** One WHEN clause of MERGE. The expressions are SQL. */
export interface MergeClause {
  is_matched: boolean;
  condition?: string;
  action:
    | { kind: 'update'; assignments: Assignment[] }
    | { kind: 'insert'; columns?: string[]; values: string[] }
    | { kind: 'delete' };
}

/** Statements that write rows of an Iceberg table. */
export type Write =
  | { kind: 'insert'; table: TableName; columns?: string[]; query: string }
  | { kind: 'update'; table: TableName; assignments: Assignment[]; where?: string }
  | { kind: 'delete'; table: TableName; where?: string }
  | {
      kind: 'merge';
      table: TableName;
      alias?: string;
      source: string;
      source_alias?: string;
      on: string;
      clauses: MergeClause[];
    };

/** Statements that maintain the files of an Iceberg table. */
export type Maintenance =
  | { kind: 'optimize'; table: TableName; where?: string }
  | { kind: 'vacuum'; table: TableName };

export type IcebergStatement = Definition | Write | Maintenance;
