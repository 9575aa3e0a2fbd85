/** A column as Glue has it: a name and a Hive type. */
export interface HiveColumn {
  name: string;
  type: string;
}

/** DuckDB's name of each simple Hive type. */
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

/** DuckDB's spelling of a Hive type, nested ones included. @throws {Error} for a type that Hive does not have */
export function duckdbType(hive: string): string {
  const [, outer = '', inner] = /^\s*(\w+)\s*(?:<([\s\S]*)>|\([\d\s,]*\))?\s*$/.exec(hive) ?? [];
  const name = outer.toLowerCase();
  if (name === 'decimal') return hive.trim().toUpperCase();
  if (name === 'array' && inner !== undefined) return `${duckdbType(inner)}[]`;
  if (name === 'map' && inner !== undefined) {
    const [key = '', value = ''] = members(inner);
    return `MAP(${duckdbType(key)}, ${duckdbType(value)})`;
  }
  if (name === 'struct' && inner !== undefined)
    return `STRUCT(${members(inner).map(field).join(', ')})`;
  const simple = inner === undefined ? SIMPLE[name] : undefined;
  if (simple === undefined) throw new Error(`There is no Hive type ${hive}`);
  return simple;
}

function field(member: string): string {
  const colon = member.indexOf(':');
  const name = member.slice(0, colon).trim().replaceAll('"', '""');
  return `"${name}" ${duckdbType(member.slice(colon + 1))}`;
}

/** Splits at the commas that are not inside of brackets. */
function members(list: string): string[] {
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
