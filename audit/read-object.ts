import { type AuditLine, auditLineSchema } from '../schemas/index.ts';
import { type Finding, placeOf } from './findings.ts';
import type { AuditKeys } from './keys.ts';
import { entriesKey } from './object-keys.ts';
import { isSigned } from './sign.ts';

/** The lines of an object that are genuine, and what is wrong with it. */
export interface ReadObject {
  lines: AuditLine[];
  findings: Finding[];
}

/**
 * Reads the lines of an object, and checks what the object alone shows: each line is signed, the lines
 * follow each other, and the object is where its writer put it.
 */
export function readObject(key: string, text: string, keys: AuditKeys): ReadObject {
  const lines: AuditLine[] = [];
  const findings: Finding[] = [];
  const texts = text.split('\n');
  if (texts.pop() !== '' || texts.length === 0) {
    findings.push({ place: key, problem: 'the object does not end with a whole line' });
  }
  for (const [i, line] of texts.entries()) {
    const parsed = parseLine(line, keys);
    if (parsed === undefined) {
      findings.push({
        place: placeOf(key, i + 1),
        problem: 'the line was changed: its mac is wrong',
      });
      continue;
    }
    const before = lines.at(-1);
    if (before !== undefined && !follows(before, parsed)) {
      findings.push({
        place: placeOf(key, i + 1),
        problem: 'the line does not follow the one before it',
      });
    }
    lines.push(parsed);
  }
  const [first] = lines;
  if (first !== undefined && entriesKey(first.written_at, first.writer, first.sequence) !== key) {
    findings.push({ place: key, problem: 'the object was moved: its lines belong to another key' });
  }
  return { lines, findings };
}

/** Returns whether a line is the next one of the same chain. */
export function follows(
  before: Pick<AuditLine, 'writer' | 'sequence' | 'mac'>,
  line: AuditLine,
): boolean {
  return (
    line.writer === before.writer &&
    line.sequence === before.sequence + 1 &&
    line.previous === before.mac
  );
}

/** Parses a line. Returns undefined if it is not signed with the deployment's key. */
export function parseLine(text: string, keys: AuditKeys): AuditLine | undefined {
  if (!isSigned(text, keys.line)) return undefined;
  return auditLineSchema.safeParse(JSON.parse(text)).data;
}
