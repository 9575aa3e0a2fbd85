import { isWordCharacter } from '../numbers.ts';
import { type Candidate, type Detector, type Scan, topicsBefore } from '../scan.ts';
import { NATIONAL_IDS, type NationalIdKind } from './national-id-kinds.ts';

/**
 * Finds the national identity, tax and social security numbers of national-id-kinds.ts. A number
 * must pass its check and have a cue word or a way of writing that no other number has.
 */
export const national_ids: Detector = {
  name: 'national_ids',
  mayFind: ({ text, has_digit }) => has_digit && /[0-9](?:[^0-9]{0,2}[0-9]){3}/.test(text),
  *find(scan: Scan): Generator<Candidate> {
    for (const kind of NATIONAL_IDS) yield* findKind(scan, kind);
  },
};

function* findKind(scan: Scan, kind: NationalIdKind): Generator<Candidate> {
  for (const { index: start, 0: value } of scan.text.matchAll(kind.pattern)) {
    const end = start + value.length;
    if (isPartOfNumber(scan.text, start, end)) continue;
    scan.checkTime();
    const score = rate(scan, kind, { start, value });
    if (score !== undefined) yield { type: kind.type, start, end, score };
  }
}

function rate(
  scan: Scan,
  { topic, isValid, certain, cue_is_enough }: NationalIdKind,
  { start, value }: { start: number; value: string },
): number | undefined {
  const topics = topicsBefore(scan, start);
  const has_cue = topics.has(topic);
  const is_other = topics.has('other') || topics.has('version');
  if (!has_cue && (certain === undefined || is_other || !certain.test(value))) {
    return undefined;
  }
  const compact = value.replace(/[^0-9A-Za-z]/g, '').toUpperCase();
  if (isValid(compact)) return has_cue ? 0.98 : 0.93;
  return has_cue && cue_is_enough ? 0.9 : undefined;
}

/** Returns true if the digits or letters go on, also after a hyphen, a dot or a slash. */
function isPartOfNumber(text: string, start: number, end: number): boolean {
  if (isWordCharacter(text, start - 1) || isWordCharacter(text, end)) return true;
  const before = text.slice(Math.max(0, start - 2), start);
  return /[0-9A-Za-z][-./]$/.test(before) || /^[-./][0-9]/.test(text.slice(end, end + 2));
}
