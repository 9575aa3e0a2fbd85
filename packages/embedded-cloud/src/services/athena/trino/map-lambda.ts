import { readTranslatedBody } from './lambda.ts';
import type { Reader } from './reader.ts';

/** A function of a map and a lambda of key and value, and the SQL of DuckDB around the lambda's result. */
interface MapFunction {
  list_function: string;
  before: (entry: string) => string;
  after: string;
}

/**
 * DuckDB has no lambdas over maps, so that these functions become functions over the list of entries.
 * Source: https://trino.io/docs/current/functions/map.html
 */
export const MAP_FUNCTIONS: Record<string, MapFunction> = {
  TRANSFORM_VALUES: {
    list_function: 'list_transform',
    before: (entry) => `{'key': ${entry}.key, 'value': `,
    after: '}',
  },
  MAP_FILTER: { list_function: 'list_filter', before: () => '', after: '' },
};

/** Reads the arguments of a function of {@link MAP_FUNCTIONS}, after its opening bracket. */
export function readMapFunction(
  reader: Reader,
  { list_function, before, after }: MapFunction,
  readValue: (reader: Reader) => void,
): void {
  const [name, bracket] = [reader.peek(-2)!, reader.previous!];
  const opening = `map_from_entries(${list_function}(map_entries(`;
  reader.edits.push({ start: name.start, end: bracket.end, text: opening });
  readValue(reader);
  const { start } = reader.next!;
  reader.expect(',', '(');
  const key = reader.identifier();
  reader.expect(',');
  const value = reader.identifier();
  reader.expect(')', '->');
  const entry = `entry_${start}`;
  const text = `), lambda ${entry}: ${before(entry)}`;
  reader.edits.push({ start, end: reader.previous!.end, text });
  readTranslatedBody(reader, [
    { name: key, sql: `${entry}.key` },
    { name: value, sql: `${entry}.value` },
  ]);
  const { end } = reader.previous!;
  reader.edits.push({ start: end, end, text: `${after})`, is_end: true });
}
