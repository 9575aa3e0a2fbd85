import type { PersonalDataType } from '../../schemas/index.ts';
import { type Cue, findCues, type Topic } from './cues.ts';
import { listNumberTokens, type NumberToken } from './numbers.ts';
import type { Span } from './ports.ts';

/** Possible personal data, with its place in the folded text. */
export interface Candidate extends Span {
  type: PersonalDataType;
  score: number;
}

/**
 * A folded text with all that several detectors need of it. Each part is computed when a detector
 * asks for it first.
 */
export interface Scan {
  text: string;
  language_code: string;
  has_digit: boolean;
  lower(): string;
  numbers(): NumberToken[];
  cues(): Cue[];
  /** The cue words for numbers, without those for names and ages. */
  number_cues(): Cue[];
  /** @throws {OutOfTime} if the time for the text is over. Detectors call it for each candidate. */
  checkTime(): void;
}

/** Finds the personal data of one type, or of a family of types. */
export interface Detector {
  name: string;
  /** Returns false if the text cannot contain the data. Takes far less time than the search. */
  mayFind(scan: Scan): boolean;
  find(scan: Scan): Iterable<Candidate>;
}

export class OutOfTime extends Error {}

export function createScan(
  text: string,
  language_code: string,
  checkTime: () => void = () => undefined,
): Scan {
  const lower = once(() => lowerCase(text));
  const cues = once((): Cue[] => findCues(lower(), language_code));
  return {
    text,
    language_code,
    has_digit: /[0-9]/.test(text),
    lower,
    numbers: once(() => listNumberTokens(text)),
    cues,
    number_cues: once(() => cues().filter(namesNumber)),
    checkTime,
  };
}

/** Topics whose words may stand before any number. */
const SOFT_TOPICS = new Set(['name', 'age', 'age_verb', 'age_after', 'age_unit', 'username']);

function namesNumber({ topics }: Cue): boolean {
  for (const topic of topics) if (!SOFT_TOPICS.has(topic)) return true;
  return false;
}

function once<Value>(compute: () => Value): () => Value {
  let value: { of: Value } | undefined;
  return () => {
    value ??= { of: compute() };
    return value.of;
  };
}

/** Converts a text to lower case and keeps the place of each character. */
function lowerCase(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from(text, (character) => {
    const changed = character.toLowerCase();
    return changed.length === character.length ? changed : character;
  }).join('');
}

/** Largest distance between a cue word and its number, in UTF-16 code units. */
const REACH = 32;

/**
 * Returns the topics of the nearest cue word before a place, if the word is within reach and no
 * digit is between. The nearest word decides: in "passport X12, order 34" the number 34 is an order
 * number.
 */
export function topicsBefore(scan: Scan, start: number, reach = REACH): ReadonlySet<string> {
  const cue = lastCueBefore(scan.number_cues(), start);
  if (cue === undefined || start - cue.end > reach) return NO_TOPICS;
  return /[0-9]/.test(scan.text.slice(cue.end, start)) ? NO_TOPICS : cue.topics;
}

const NO_TOPICS: ReadonlySet<string> = new Set();

/** Returns the topics of the first cue word after a place, within a shorter reach. */
export function topicsAfter(scan: Scan, end: number, reach = 10): ReadonlySet<string> {
  const cues = scan.number_cues();
  const cue = cues[countCuesBefore(cues, end)];
  if (cue === undefined || cue.start < end || cue.start - end > reach) return NO_TOPICS;
  return /[0-9,.;!?]/.test(scan.text.slice(end, cue.start)) ? NO_TOPICS : cue.topics;
}

function lastCueBefore(cues: Cue[], start: number): Cue | undefined {
  return cues[countCuesBefore(cues, start) - 1];
}

/** Counts the cue words that end at the index or before it. Uses binary search. */
function countCuesBefore(cues: Cue[], index: number): number {
  let [low, high] = [0, cues.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cues[middle]?.end ?? 0) <= index) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Finds the first value after each cue word of a topic. The value must match the pattern, within
 * reach, and no other cue word may be between.
 *
 * @param options.pattern a global expression whose matches are the values.
 */
export function* findValuesAfter(
  scan: Scan,
  topic: Topic,
  { pattern, reach = REACH, longest = 48 }: { pattern: RegExp; reach?: number; longest?: number },
): Generator<Span & { value: string; between: string }> {
  const cues = scan.cues();
  for (const [i, cue] of cues.entries()) {
    if (!cue.topics.has(topic)) continue;
    scan.checkTime();
    const window = scan.text.slice(cue.end, cue.end + reach + longest);
    pattern.lastIndex = 0;
    const match = pattern.exec(window);
    if (match === null || match.index > reach) continue;
    const start = cue.end + match.index;
    const next = cues[i + 1];
    if (next !== undefined && next.start < start) continue;
    yield {
      start,
      end: start + match[0].length,
      value: match[0],
      between: window.slice(0, match.index),
    };
  }
}
