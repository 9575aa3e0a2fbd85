import { isObject, type JsonObject } from '../../../gateway/json-protocol.ts';
import { emulatedError } from '../../../gateway/level-emulator.ts';
import type { TableDescription } from '../store.ts';
import { describeTableStream, readSpecification } from './table-stream.ts';
import type { TableStreams } from './table-streams.ts';

type Action = (input: JsonObject) => Promise<JsonObject>;

interface TableActions {
  CreateTable: Action;
  UpdateTable: Action;
  DeleteTable: Action;
  DescribeTable: Action;
}

/**
 * Adds the streams of tables to the actions for tables.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_StreamSpecification.html
 */
export function addStreams(
  actions: TableActions,
  streams: TableStreams,
  describeTable: (name: string) => Promise<TableDescription>,
): TableActions {
  /** Adds the stream of a table to the description of the table. */
  const describe = (table: unknown): JsonObject => {
    const known = isObject(table) ? table : {};
    return { ...known, ...describeTableStream(streams.latestOf(String(known.TableName))) };
  };
  return {
    async CreateTable(input) {
      const wanted = readSpecification(input.StreamSpecification);
      const { TableDescription: created } = await actions.CreateTable(input);
      if (wanted !== undefined && wanted !== 'off') {
        await streams.enable(created as TableDescription, wanted);
      }
      return { TableDescription: describe(created) };
    },
    async UpdateTable(input) {
      const { StreamSpecification, ...changes } = input;
      const wanted = readSpecification(StreamSpecification);
      if (wanted === undefined) {
        const { TableDescription: updated } = await actions.UpdateTable(changes);
        return { TableDescription: describe(updated) };
      }
      const table = await describeTable(String(input.TableName));
      const is_enabled = streams.enabledOf(table.TableName) !== undefined;
      if ((wanted !== 'off') === is_enabled) throw refuse(is_enabled);
      const is_only_stream = Object.keys(changes).every((name) => name === 'TableName');
      const { TableDescription: updated } = is_only_stream
        ? { TableDescription: table }
        : await actions.UpdateTable(changes);
      await (wanted === 'off' ? streams.disable(table.TableName) : streams.enable(table, wanted));
      return { TableDescription: describe(updated) };
    },
    async DeleteTable(input) {
      const output = await actions.DeleteTable(input);
      await streams.disable(String(input.TableName));
      return output;
    },
    async DescribeTable(input) {
      const { Table } = await actions.DescribeTable(input);
      return { Table: describe(Table) };
    },
  };
}

/**
 * Builds the error of an UpdateTable call that enables an enabled stream, or disables a missing one.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
 */
function refuse(is_enabled: boolean) {
  return emulatedError(
    'ValidationException',
    is_enabled
      ? 'Table already has an enabled stream'
      : 'Table does not have an enabled stream to disable',
  );
}
