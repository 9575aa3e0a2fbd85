import type { AuditLine, WriterDay } from '../schemas/index.ts';
import type { Finding } from './findings.ts';
import { follows } from './read-object.ts';
import { NO_PREVIOUS } from './writer.ts';

/** Follows the chains of all writers through the objects, in the order of their keys. */
export interface Chains {
  /** Adds the lines of the next object, and returns what is wrong at its beginning. */
  add(key: string, lines: AuditLine[]): Finding[];
  /** Ends a day, and returns the parts of the chains that it held, sorted by writer. */
  endDay(): WriterDay[];
}

/**
 * @param is_from_start whether the objects are all that there ever were. Otherwise a chain may begin
 * with any line.
 */
export function createChains(is_from_start: boolean): Chains {
  const heads = new Map<string, Pick<AuditLine, 'writer' | 'sequence' | 'mac'>>();
  let day = new Map<string, WriterDay>();
  return {
    add(key, lines) {
      const [first] = lines;
      const last = lines.at(-1);
      if (first === undefined || last === undefined) return [];
      const { writer } = first;
      const head = heads.get(writer);
      const start = { writer, sequence: 0, mac: NO_PREVIOUS };
      const is_next =
        head === undefined
          ? follows(start, first) || (!is_from_start && first.sequence > 1)
          : follows(head, first);
      heads.set(writer, last);
      const first_sequence = day.get(writer)?.first_sequence ?? first.sequence;
      day.set(writer, { writer, first_sequence, last_sequence: last.sequence, head: last.mac });
      if (is_next) return [];
      const expected = (head?.sequence ?? 0) + 1;
      const problem = `lines are missing before this object: expected line ${expected} of its writer, got ${first.sequence}`;
      return [{ place: key, problem }];
    },
    endDay() {
      const writers = [...day.values()].sort((a, b) => (a.writer < b.writer ? -1 : 1));
      day = new Map();
      return writers;
    },
  };
}
