import { expect, it } from 'vitest';
import { catalogOf, workGroupsOf } from '../../../src/runtime/catalog.ts';
import { loadAssembly } from '../../../src/runtime/template/assembly.ts';
import { createStack } from '../../../src/runtime/template/stack.ts';
import { writeAssembly } from '../../support/assembly.ts';

const HIVE = { SerializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe' };

async function stackWith(Type: string, Properties: Record<string, unknown>) {
  return createStack(
    await loadAssembly(await writeAssembly({ Resources: { One: { Type, Properties } } })),
  );
}

const tableWith = (input: object, storage: object = {}) =>
  stackWith('AWS::Glue::Table', {
    DatabaseName: 'lake',
    TableInput: {
      Name: 'lines',
      TableType: 'EXTERNAL_TABLE',
      PartitionKeys: [],
      StorageDescriptor: { Columns: [], Location: 's3://lake/', SerdeInfo: HIVE, ...storage },
      ...input,
    },
  });

it('a table has the SerDe of its storage', async () => {
  const { tables } = catalogOf(await tableWith({}));
  expect(tables).toMatchObject([
    { name: 'lines', serde: { library: HIVE.SerializationLibrary, parameters: {} } },
  ]);
});

it.each([
  ['no SerDe', {}],
  ['another SerDe', { SerializationLibrary: 'org.apache.hadoop.hive.serde2.OpenCSVSerde' }],
])(
  'a table with %s is refused, because its lines would be read in another way',
  async (_, SerdeInfo) => {
    const stack = await tableWith({}, { SerdeInfo });
    expect(() => catalogOf(stack)).toThrow('Use org.apache.hive.hcatalog.data.JsonSerDe');
  },
);

// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-glue-table-tableinput.html
it('a table or view without PartitionKeys is refused, because Athena needs the list', async () => {
  const stack = await tableWith({ TableType: 'VIRTUAL_VIEW', PartitionKeys: undefined });
  expect(() => catalogOf(stack)).toThrow('lines has no PartitionKeys');
});

const groupWith = (bytes: number) =>
  stackWith('AWS::Athena::WorkGroup', {
    Name: 'lake',
    WorkGroupConfiguration: { BytesScannedCutoffPerQuery: bytes },
  });

// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-athena-workgroup-workgroupconfiguration.html
it('a work group cancels queries above its cutoff, which is at least 10 MB', async () => {
  expect(workGroupsOf(await groupWith(10_000_000))).toEqual([
    { name: 'lake', most_scanned_bytes: 10_000_000 },
  ]);
  const stack = await groupWith(9_999_999);
  expect(() => workGroupsOf(stack)).toThrow('use 10000000 or more');
});
