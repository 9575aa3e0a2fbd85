import { QueryFailure } from '../failure.ts';
import type { HiveColumn } from '../hive-types.ts';
import type { Cursor } from './cursor.ts';
import type { Definition, PartitionField } from './statement.ts';

/**
 * Parses CREATE TABLE of an Iceberg table.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
 */
export function parseCreateTable(cursor: Cursor): Definition {
  cursor.expect('CREATE');
  if (cursor.isNext('EXTERNAL') || !cursor.accept('TABLE')) {
    throw new QueryFailure(
      'NOT_SUPPORTED',
      'The embedded Athena only creates Iceberg tables: declare other tables and views in the template',
    );
  }
  const if_not_exists = cursor.accept('IF', 'NOT', 'EXISTS');
  const table = cursor.readTableName();
  const columns = cursor.readList(() => readColumn(cursor));
  const partitioning = cursor.accept('PARTITIONED', 'BY')
    ? cursor.readList(() => readPartitionField(cursor))
    : [];
  cursor.expect('LOCATION');
  const location = cursor.readString();
  cursor.expect('TBLPROPERTIES');
  const properties = readProperties(cursor);
  cursor.expectEnd();
  return {
    ...{ kind: 'create_table', table, if_not_exists, columns, partitioning, location, properties },
  };
}

/** Parses ALTER TABLE. Source: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-evolving-table-schema.html */
export function parseAlterTable(cursor: Cursor): Definition {
  cursor.expect('ALTER', 'TABLE');
  const table = cursor.readTableName();
  const definition = readChange(cursor, table);
  cursor.expectEnd();
  return definition;
}

function readChange(cursor: Cursor, table: Definition['table']): Definition {
  if (cursor.accept('ADD', 'COLUMNS')) {
    return { kind: 'add_columns', table, columns: cursor.readList(() => readColumn(cursor)) };
  }
  if (cursor.accept('DROP', 'COLUMN')) {
    return { kind: 'drop_column', table, column: cursor.readIdentifier() };
  }
  if (cursor.accept('SET', 'TBLPROPERTIES')) {
    return { kind: 'set_properties', table, properties: readProperties(cursor) };
  }
  throw cursor.refuse('ADD COLUMNS, DROP COLUMN, SET TBLPROPERTIES');
}

export function parseDropTable(cursor: Cursor): Definition {
  cursor.expect('DROP', 'TABLE');
  const if_exists = cursor.accept('IF', 'EXISTS');
  const table = cursor.readTableName();
  cursor.expectEnd();
  return { kind: 'drop_table', table, if_exists };
}

function readColumn(cursor: Cursor): HiveColumn {
  const name = cursor.readIdentifier();
  const type = readType(cursor);
  return cursor.accept('COMMENT') ? { name, type, comment: cursor.readString() } : { name, type };
}

/** Reads a type such as `decimal(10, 2)` or `map<string, array<int>>`, without its spaces. */
function readType(cursor: Cursor): string {
  const name = cursor.readIdentifier();
  if (cursor.isNext('(')) {
    return `${name}(${cursor.readList(() => cursor.readSql(',')).join(',')})`;
  }
  if (!cursor.accept('<')) return name;
  const members = [readMember(cursor, name)];
  while (cursor.accept(',')) members.push(readMember(cursor, name));
  cursor.expect('>');
  return `${name}<${members.join(',')}>`;
}

function readMember(cursor: Cursor, outer: string): string {
  if (outer !== 'struct') return readType(cursor);
  const name = cursor.readIdentifier();
  cursor.expect(':');
  return `${name}:${readType(cursor)}`;
}

const TRANSFORMS = ['year', 'month', 'day', 'hour', 'bucket', 'truncate'] as const;

function readPartitionField(cursor: Cursor): PartitionField {
  const column = cursor.readIdentifier();
  if (!cursor.isNext('(')) return { transform: 'identity', column };
  const transform = TRANSFORMS.find((name) => name === column);
  if (transform === undefined) throw cursor.refuse(TRANSFORMS.join(', '));
  const parts = cursor.readList(() => cursor.readSql(','));
  const name = parts
    .at(-1)!
    .replace(/^[`"]|[`"]$/g, '')
    .toLowerCase();
  if (transform !== 'bucket' && transform !== 'truncate') return { transform, column: name };
  return { transform, column: name, argument: Number(parts[0]) };
}

function readProperties(cursor: Cursor): Record<string, string> {
  return Object.fromEntries(
    cursor.readList(() => {
      const name = cursor.readString();
      cursor.expect('=');
      return [name.toLowerCase(), cursor.readString()];
    }),
  );
}
