import { openFile } from '../../ingest/sources/bytes/open-file.ts';
import { openBytes } from '../../ingest/sources/inspect/open-bytes.ts';
import { openTable } from '../../ingest/sources/inspect/open-table.ts';
import { Advice } from '../errors.ts';

/** A table of the user's own, which a query can join. */
export interface OwnTable {
  name: string;
  columns: string[];
  /** Rows of texts. An empty cell is undefined. */
  rows: (string | undefined)[][];
}

/**
 * Reads the table of `--with NAME=FILE` in any format that `ingest` reads. Names of columns become
 * lower-case words, because SQL needs quotation marks around others.
 *
 * @throws {Advice} if the option has another form, or the table has no columns
 */
export async function readOwnTable(option: string): Promise<OwnTable> {
  const [, name, path] = /^([A-Za-z_]\w*)=(.+)$/s.exec(option) ?? [];
  if (name === undefined || path === undefined) {
    throw new Advice(
      `--with: expected NAME=FILE, got ${option}`,
      'Use --with prices=prices.csv, and join the table prices in the SQL.',
    );
  }
  const opened = await openBytes(await openFile(path));
  // The header of a single column has no delimiter by which it could be recognised.
  const [header = ''] = opened.head.bytes.toString('utf8').split(/\r?\n/, 1);
  const options = /^\uFEFF?[\p{L}\p{N} _-]+$/u.test(header)
    ? { text_field: header.replace('\uFEFF', '').trim() }
    : {};
  const table = await openTable(path, opened, options);
  const columns = new Map((table.columns ?? []).map((column, i) => [column, i]));
  const rows: (string | undefined)[][] = [];
  for await (const row of table.readRows(0)) {
    const content = row.read();
    if ('wrong' in content) {
      throw new Advice(`${path}, line ${row.line}: ${content.wrong}`, 'Correct the line.');
    }
    const cells: (string | undefined)[] = [];
    for (const [i, column] of content.names.entries()) {
      const place = columns.get(column) ?? columns.size;
      columns.set(column, place);
      cells[place] = readCell(content.values[i]);
    }
    rows.push(cells);
  }
  if (columns.size === 0 || rows.length === 0) {
    throw new Advice(`${path} has no rows.`, 'Name a table with a header and rows.');
  }
  return { name: name.toLowerCase(), columns: nameColumns([...columns.keys()]), rows };
}

function readCell(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function nameColumns(names: string[]): string[] {
  const used = new Set<string>();
  return names.map((name, i) => {
    const word = name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/ß/g, 'ss')
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_+|_+$/g, '');
    const named = /^[a-z]/.test(word) ? word : `column_${word || i + 1}`;
    const free = used.has(named) ? `${named}_${i + 1}` : named;
    used.add(free);
    return free;
  });
}

/** Bytes of a query that Athena accepts. Source: https://docs.aws.amazon.com/athena/latest/ug/service-limits.html */
const LONGEST_QUERY_BYTES = 262_144;

/**
 * Puts tables before a query, as named queries of their values. This works on AWS and on the embedded
 * cloud alike, and stores nothing.
 *
 * @throws {Advice} if the query becomes longer than Athena allows
 */
export function addOwnTables(sql: string, tables: OwnTable[]): string {
  if (tables.length === 0) return sql;
  const [, comments = '', rest = sql] =
    /^((?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*)([\s\S]*)$/.exec(sql) ?? [];
  const [, recursive = '', query = rest] = /^with\b(\s+recursive\b)?([\s\S]*)$/i.exec(rest) ?? [];
  const is_with = query !== rest;
  const own = tables.map(writeTable).join(', ');
  const joined = `${comments}WITH${recursive} ${own}${is_with ? ',' : ' '}${query}`;
  if (Buffer.byteLength(joined) <= LONGEST_QUERY_BYTES) return joined;
  throw new Advice(
    `--with: the tables make the query ${Buffer.byteLength(joined)} bytes long; Athena takes ${LONGEST_QUERY_BYTES}.`,
    'Keep only the rows and columns that the query needs.',
  );
}

function writeTable({ name, columns, rows }: OwnTable): string {
  const writers = columns.map((_, i) => chooseWriter(rows.map((row) => row[i])));
  const values = rows.map((row) => `(${writers.map((write, i) => write(row[i])).join(', ')})`);
  return `${name} (${columns.map((column) => `"${column}"`).join(', ')}) AS (VALUES ${values.join(', ')})`;
}

/** Chooses how the cells of a column are written: as whole numbers, numbers, dates or texts. */
function chooseWriter(cells: (string | undefined)[]): (cell: string | undefined) => string {
  const given = cells.filter((cell) => cell !== undefined);
  const isAll = (pattern: RegExp) => given.length > 0 && given.every((cell) => pattern.test(cell));
  const orNull = (write: (cell: string) => string) => (cell: string | undefined) =>
    cell === undefined ? 'NULL' : write(cell);
  if (given.length === 0) return () => 'CAST(NULL AS varchar)';
  // A number with a leading zero is a code, such as a postal code.
  if (isAll(/^-?(?:0|[1-9]\d{0,17})$/)) return orNull((cell) => `BIGINT '${cell}'`);
  if (isAll(/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/)) return orNull((cell) => `DOUBLE '${cell}'`);
  if (isAll(/^\d{4}-\d{2}-\d{2}$/)) return orNull((cell) => `DATE '${cell}'`);
  return orNull((cell) => `'${cell.replaceAll("'", "''")}'`);
}
