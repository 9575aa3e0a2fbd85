import { DamagedDataError } from './file-error.ts';
import { END_OF_FILE, type RowReader } from './row.ts';

/**
 * Turns damaged packed data into a last row that is not readable, so that the rows before the damage
 * count, and the file does not look complete.
 */
export function endAtDamage(readRows: RowReader): RowReader {
  return async function* (from) {
    if (from === END_OF_FILE) return;
    let line = 0;
    try {
      for await (const row of readRows(from)) {
        ({ line } = row);
        yield row;
      }
    } catch (error) {
      if (!(error instanceof DamagedDataError)) throw error;
      const wrong = `${error.message}: this line and all behind it are missing`;
      yield {
        line: line + 1,
        end: END_OF_FILE,
        bytes: () => Buffer.alloc(0),
        read: () => ({ wrong }),
      };
    }
  };
}
