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
    if (isPartOfNumber(scan.text, start, end) || isPartOfGroups(scan.text, start, value)) continue;
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

/** Most groups that are counted before and after a number. */
const MAX_GROUPS = 12;

/**
 * Returns true if a number in groups of the same length is a part of a longer number that is written in the
 * same way, such as the first twelve digits of a card. Several whole numbers in a row are not one number.
 * Groups of three digits can also be an amount that follows.
 */
function isPartOfGroups(text: string, start: number, value: string): boolean {
  const [, group = '', separator = ''] = /^([0-9]{4,6})([ -])/.exec(value) ?? [];
  const groups = value.split(separator);
  if (group === '' || groups.some((one) => one.length !== group.length)) return false;
  const width = (group.length + 1) * MAX_GROUPS;
  const end = start + value.length;
  const others = `${separator}[0-9]{${group.length}}`;
  const after = new RegExp(`^(?:${others}){0,${MAX_GROUPS}}(?![0-9])`);
  const before = new RegExp(`(?<![0-9])(?:[0-9]{${group.length}}${separator}){0,${MAX_GROUPS}}$`);
  const [behind, ahead] = [
    before.exec(text.slice(Math.max(0, start - width), start))?.[0] ?? '',
    after.exec(text.slice(end, end + width))?.[0] ?? '',
  ].map(({ length }) => length / (group.length + 1)) as [number, number];
  return behind % groups.length !== 0 || ahead % groups.length !== 0;
}
