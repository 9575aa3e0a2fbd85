import { Cursor } from './cursor.ts';
import { parseAlterTable, parseCreateTable, parseDropTable } from './parse-definition.ts';
import { parseDelete, parseInsert, parseMerge, parseUpdate, readWhere } from './parse-write.ts';
import type { IcebergStatement } from './statement.ts';

const PARSERS: Record<string, (cursor: Cursor) => IcebergStatement> = {
  CREATE: parseCreateTable,
  ALTER: parseAlterTable,
  DROP: parseDropTable,
  INSERT: parseInsert,
  UPDATE: parseUpdate,
  DELETE: parseDelete,
  MERGE: parseMerge,
  OPTIMIZE(cursor) {
    cursor.expect('OPTIMIZE');
    const table = cursor.readTableName();
    cursor.expect('REWRITE', 'DATA', 'USING', 'BIN_PACK');
    return { kind: 'optimize', table, ...readWhere(cursor) };
  },
  VACUUM(cursor) {
    cursor.expect('VACUUM');
    const table = cursor.readTableName();
    cursor.expectEnd();
    return { kind: 'vacuum', table };
  },
};

/** The first words of the statements that define, write or maintain an Iceberg table. */
export const ICEBERG_WORDS = Object.keys(PARSERS);

/**
 * Parses a statement that defines, writes or maintains an Iceberg table.
 *
 * @param sql a statement that starts with one of `ICEBERG_WORDS`
 * @throws {QueryFailure} SYNTAX_ERROR, NOT_SUPPORTED
 */
export function parseIceberg(sql: string): IcebergStatement {
  const word = /^\w+/.exec(sql)![0].toUpperCase();
  return PARSERS[word]!(new Cursor(sql));
}
