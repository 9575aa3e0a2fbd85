import { quoteIdentifier, type SerDe } from './catalog.ts';
import type { HiveColumn } from './hive-types.ts';

/** How a table's lines of JSON become rows. */
export interface JsonReading {
  /** Whether a line that is not a record is left out. If it is not, such a line fails the query. */
  ignores_malformed: boolean;
  /** Whether the keys of maps become lower-case. */
  lowers_keys: boolean;
}

/**
 * Reads how Athena reads the lines of a table. The Hive SerDe keeps the keys of maps as they are.
 * The OpenX SerDe makes all keys lower-case unless `case.insensitive` is false; a line with two keys
 * that are then equal is malformed.
 * Sources: https://docs.aws.amazon.com/athena/latest/ug/hive-json-serde.html,
 * https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html and `JsonDeserializer` of Trino.
 *
 * @throws {Error} if the library is not emulated
 */
export function readSerDe(table: string, serde: SerDe | undefined): JsonReading {
  const isTrue = (name: string, absent: string) =>
    (serde?.parameters[name] ?? absent).toLowerCase() === 'true';
  switch (serde?.library) {
    case 'org.apache.hive.hcatalog.data.JsonSerDe':
      return { ignores_malformed: false, lowers_keys: false };
    case 'org.openx.data.jsonserde.JsonSerDe':
      return {
        ignores_malformed: isTrue('ignore.malformed.json', 'false'),
        lowers_keys: isTrue('case.insensitive', 'true'),
      };
    default:
      throw new Error(
        `Table ${table}: the SerDe ${serde?.library ?? '(none)'} is not emulated. ` +
          'Use org.apache.hive.hcatalog.data.JsonSerDe.',
      );
  }
}

/** Builds the SQL that reads a column. The keys of a map become lower-case if the SerDe does so. */
export function buildColumnSql({ name, type }: HiveColumn, { lowers_keys }: JsonReading): string {
  const column = quoteIdentifier(name);
  if (!lowers_keys || !isMap(type)) return column;
  return `map(${buildLowerKeys(column)}, map_values(${column})) AS ${column}`;
}

/**
 * Builds the SQL condition that a line is well-formed. DuckDB itself checks the syntax and the types
 * of a line, so only the keys that have become equal are left.
 */
export function buildConditions(columns: HiveColumn[], { lowers_keys }: JsonReading): string[] {
  if (!lowers_keys) return [];
  return columns
    .filter(({ type }) => isMap(type))
    .map(({ name }) => {
      const column = quoteIdentifier(name);
      return `(${column} IS NULL OR len(list_distinct(${buildLowerKeys(column)})) = cardinality(${column}))`;
    });
}

const isMap = (type: string) => /^\s*map\s*</i.test(type);
const buildLowerKeys = (column: string) =>
  `list_transform(map_keys(${column}), lambda key: lower(key))`;
