import type { Glue, GlueTable } from '../services/athena/catalog.ts';
import type { WorkGroup } from '../services/athena/describe.ts';
import type { Stack } from './template/stack.ts';

interface TableProperties {
  DatabaseName: string;
  TableInput: {
    Name: string;
    TableType: string;
    PartitionKeys?: GlueColumn[];
    Parameters?: Record<string, string>;
    ViewOriginalText?: string;
    StorageDescriptor: { Columns: GlueColumn[]; Location?: string };
  };
}
interface GlueColumn {
  Name: string;
  Type: string;
}
interface WorkGroupProperties {
  Name: string;
  WorkGroupConfiguration?: { ResultConfiguration?: { OutputLocation?: string } };
}

/** Returns the Glue data catalog that the template describes. */
export function catalogOf(stack: Stack): Glue {
  return {
    databases: stack.resources('AWS::Glue::Database').map(({ physical_id }) => physical_id),
    tables: stack
      .resources('AWS::Glue::Table')
      .map((table) => tableOf(table.properties() as unknown as TableProperties)),
  };
}

function tableOf({ DatabaseName, TableInput }: TableProperties): GlueTable {
  const { StorageDescriptor, PartitionKeys = [], Parameters = {}, ViewOriginalText } = TableInput;
  return {
    database: DatabaseName,
    name: TableInput.Name,
    table_type: TableInput.TableType,
    columns: StorageDescriptor.Columns.map(columnOf),
    partition_keys: PartitionKeys.map(columnOf),
    location: StorageDescriptor.Location ?? '',
    parameters: Parameters,
    ...(ViewOriginalText === undefined ? {} : { view_original_text: ViewOriginalText }),
  };
}

function columnOf({ Name, Type }: GlueColumn) {
  return { name: Name, type: Type };
}

/** Returns the work groups of Athena that the template describes. */
export function workGroupsOf(stack: Stack): WorkGroup[] {
  return stack.resources('AWS::Athena::WorkGroup').map((resource) => {
    const { Name, WorkGroupConfiguration } =
      resource.properties() as unknown as WorkGroupProperties;
    const output_location = WorkGroupConfiguration?.ResultConfiguration?.OutputLocation;
    return output_location === undefined ? { name: Name } : { name: Name, output_location };
  });
}
