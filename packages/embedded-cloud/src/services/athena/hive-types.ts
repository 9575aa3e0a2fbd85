/** A column of a Glue table, with its name and its Hive type. */
export interface HiveColumn {
  name: string;
  type: string;
  comment?: string;
}

/** DuckDB's type name for each Hive type that is not nested. */
const SIMPLE: Record<string, string> = {
  string: 'VARCHAR',
  varchar: 'VARCHAR',
  char: 'VARCHAR',
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  int: 'INTEGER',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
  date: 'DATE',
  binary: 'BLOB',
};

/**
 * Translates a Hive type to a DuckDB type. The Hive type may be nested.
 *
 * @throws {Error} for an unknown type
 */
export function toDuckDbType(hive: string): string {
  const [, outer = '', inner] = /^\s*(\w+)\s*(?:<([\s\S]*)>|\([\d\s,]*\))?\s*$/.exec(hive) ?? [];
  const name = outer.toLowerCase();
  if (name === 'decimal') return hive.trim().toUpperCase();
  if (name === 'array' && inner !== undefined) return `${toDuckDbType(inner)}[]`;
  if (name === 'map' && inner !== undefined) {
    const [key = '', value = ''] = splitMembers(inner);
    return `MAP(${toDuckDbType(key)}, ${toDuckDbType(value)})`;
  }
  if (name === 'struct' && inner !== undefined)
    return `STRUCT(${splitMembers(inner).map(writeField).join(', ')})`;
  const simple = inner === undefined ? SIMPLE[name] : undefined;
  if (simple === undefined)
    throw new Error(`Unknown Hive type ${hive}: check the columns of the Glue table`);
  return simple;
}

function writeField(member: string): string {
  const colon = member.indexOf(':');
  const name = member.slice(0, colon).trim().replaceAll('"', '""');
  return `"${name}" ${toDuckDbType(member.slice(colon + 1))}`;
}

/** Splits the members of a nested type at the commas that are outside all brackets. */
function splitMembers(list: string): string[] {
  const found = [''];
  let depth = 0;
  for (const character of list) {
    if (character === '<' || character === '(') depth++;
    if (character === '>' || character === ')') depth--;
    if (character === ',' && depth === 0) found.push('');
    else found[found.length - 1] += character;
  }
  return found;
}
