import { createHmac } from 'node:crypto';
import type { PersonalDataType } from '../../schemas/index.ts';
import { fold } from './fold.ts';
import { WHOLE_TEXT_PLACEHOLDER } from './placeholders.ts';
import type { Detection, Finding } from './ports.ts';

/** How findings are masked. */
export interface MaskPolicy {
  /** The types that are masked. Undefined for all types. */
  types?: ReadonlySet<PersonalDataType>;
  /** Findings with a lower score stay as they are. The default is 0. */
  min_score?: number;
  /**
   * Key of a tenant. With a key, a finding is replaced by a pseudonym such as `[EMAIL:3f9a…]`, which
   * is the same for the same value. Without one, it is replaced by a placeholder such as `[EMAIL]`.
   */
  pseudonym_key?: Uint8Array;
}

/** Number of hexadecimal digits of a pseudonym: 64 bits, so that a tenant's values never collide. */
const PSEUDONYM_DIGITS = 16;

/**
 * Masks the findings of a text. Findings that overlap are masked as one, with the type of the
 * longest. The result is well-formed Unicode.
 *
 * @example
 * maskText('Write to ann@example.com', findings); // 'Write to [EMAIL]'
 */
export function maskText(
  text: string,
  findings: readonly Finding[],
  policy: MaskPolicy = {},
): string {
  const { types, min_score = 0 } = policy;
  const masked = findings.filter(
    ({ type, score }) => score >= min_score && (types === undefined || types.has(type)),
  );
  let result = '';
  let done = 0;
  for (const { type, start, end } of mergeFindings(masked)) {
    result += text.slice(done, start) + writePlaceholder(type, text.slice(start, end), policy);
    done = end;
  }
  return (result + text.slice(done)).toWellFormed();
}

/** Masks a text by its detection. A text whose detection failed is masked whole. */
export function maskDetected(text: string, detection: Detection, policy: MaskPolicy = {}): string {
  return detection.ok ? maskText(text, detection.findings, policy) : WHOLE_TEXT_PLACEHOLDER;
}

/** A part of a text that becomes one placeholder. */
interface Masked {
  type: PersonalDataType;
  start: number;
  end: number;
  /** Length of the finding that gave the type. */
  longest: number;
}

/** Merges findings that overlap. The result is in the order of the starts. */
export function mergeFindings(findings: readonly Finding[]): Masked[] {
  const sorted = [...findings].sort((a, b) => a.utf16.start - b.utf16.start);
  const merged: Masked[] = [];
  for (const { type, utf16 } of sorted) {
    const last = merged.at(-1);
    const longest = utf16.end - utf16.start;
    if (last === undefined || utf16.start >= last.end) {
      merged.push({ type, ...utf16, longest });
      continue;
    }
    last.end = Math.max(last.end, utf16.end);
    if (longest > last.longest) Object.assign(last, { type, longest });
  }
  return merged;
}

/** Writes what replaces a value: its type, or with a key of the tenant, its pseudonym. */
export function writePlaceholder(
  type: PersonalDataType,
  value: string,
  { pseudonym_key: key }: Pick<MaskPolicy, 'pseudonym_key'> = {},
): string {
  if (key === undefined) return `[${type}]`;
  const hmac = createHmac('sha256', key).update(`${type}\n${canonicalise(value)}`);
  return `[${type}:${hmac.digest('hex').slice(0, PSEUDONYM_DIGITS)}]`;
}

/** Removes differences of writing, so that one address or number has one pseudonym. */
function canonicalise(value: string): string {
  const folded = fold(value).text.normalize('NFC').toLowerCase();
  return /[^0-9\s().+/-]/.test(folded) ? folded : folded.replace(/[\s()./-]/g, '');
}
