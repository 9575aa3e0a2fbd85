import type { Glue, GlueTable } from '../services/athena/catalog.ts';
import type { WorkGroup } from '../services/athena/describe.ts';
import { readSerDe } from '../services/athena/serde.ts';
import type { Stack } from './template/stack.ts';

interface TableProperties {
  DatabaseName: string;
  TableInput: {
    Name: string;
    TableType: string;
    PartitionKeys?: GlueColumn[];
    Parameters?: Record<string, string>;
    ViewOriginalText?: string;
    StorageDescriptor: {
      Columns: GlueColumn[];
      Location?: string;
      SerdeInfo?: { SerializationLibrary?: string; Parameters?: Record<string, string> };
    };
  };
}
interface GlueColumn {
  Name: string;
  Type: string;
  Comment?: string;
}
interface WorkGroupProperties {
  Name: string;
  WorkGroupConfiguration?: {
    ResultConfiguration?: { OutputLocation?: string };
    BytesScannedCutoffPerQuery?: number | string;
  };
}

/**
 * Returns the Glue data catalog that the template describes.
 * @throws {Error} if the SerDe of a table is not emulated, or if Athena could not read a view.
 */
export function catalogOf(stack: Stack): Glue {
  return {
    databases: stack.resources('AWS::Glue::Database').map(({ physical_id }) => physical_id),
    tables: stack
      .resources('AWS::Glue::Table')
      .map((table) => tableOf(table.properties() as unknown as TableProperties)),
  };
}

function tableOf({ DatabaseName, TableInput }: TableProperties): GlueTable {
  const { StorageDescriptor, PartitionKeys, Parameters = {}, ViewOriginalText } = TableInput;
  if (PartitionKeys === undefined) {
    throw new Error(
      `The table ${TableInput.Name} has no PartitionKeys, and Athena needs them: use an empty list. ` +
        'See https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-glue-table-tableinput.html',
    );
  }
  const { SerializationLibrary, Parameters: serde_parameters = {} } =
    StorageDescriptor.SerdeInfo ?? {};
  const serde =
    SerializationLibrary === undefined
      ? undefined
      : { library: SerializationLibrary, parameters: serde_parameters };
  if (TableInput.TableType !== 'VIRTUAL_VIEW') void readSerDe(TableInput.Name, serde);
  return {
    database: DatabaseName,
    name: TableInput.Name,
    table_type: TableInput.TableType,
    columns: StorageDescriptor.Columns.map(columnOf),
    partition_keys: PartitionKeys.map(columnOf),
    location: StorageDescriptor.Location ?? '',
    parameters: Parameters,
    ...(serde === undefined ? {} : { serde }),
    ...(ViewOriginalText === undefined ? {} : { view_original_text: ViewOriginalText }),
  };
}

function columnOf({ Name, Type, Comment }: GlueColumn) {
  return { name: Name, type: Type, ...(Comment === undefined ? {} : { comment: Comment }) };
}

/** Returns the work groups of Athena that the template describes. */
export function workGroupsOf(stack: Stack): WorkGroup[] {
  return stack.resources('AWS::Athena::WorkGroup').map((resource) => {
    const { Name, WorkGroupConfiguration = {} } =
      resource.properties() as unknown as WorkGroupProperties;
    const { ResultConfiguration, BytesScannedCutoffPerQuery } = WorkGroupConfiguration;
    const output_location = ResultConfiguration?.OutputLocation;
    return {
      name: Name,
      ...(output_location === undefined ? {} : { output_location }),
      ...(BytesScannedCutoffPerQuery === undefined
        ? {}
        : { most_scanned_bytes: readCutoff(Name, Number(BytesScannedCutoffPerQuery)) }),
    };
  });
}

/**
 * Athena refuses a smaller cutoff.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-athena-workgroup-workgroupconfiguration.html
 */
const LEAST_CUTOFF_BYTES = 10_000_000;

function readCutoff(work_group: string, bytes: number): number {
  if (bytes >= LEAST_CUTOFF_BYTES) return bytes;
  throw new Error(
    `The work group ${work_group} has BytesScannedCutoffPerQuery ${bytes}: use ${LEAST_CUTOFF_BYTES} or more.`,
  );
}
