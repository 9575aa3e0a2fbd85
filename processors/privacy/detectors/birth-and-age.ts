import { type Candidate, type Detector, findValuesAfter, type Scan } from '../scan.ts';

const DATE =
  /(?<![0-9])(?:[0-9]{1,4}[./-] ?[0-9]{1,2}[./-] ?[0-9]{1,4}|[0-9]{4} ?[年년] ?[0-9]{1,2} ?[月월] ?[0-9]{1,2} ?[日일]|[0-9]{1,2}(?:st|nd|rd|th|er|\.|º)? (?:of |de |di )?[\p{L}\p{M}]{3,12}\.?,? (?:de )?[0-9]{4}|[\p{L}\p{M}]{3,12} [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4}|(?:19|20)[0-9]{2} ?[年년]?)(?![0-9])/gu;

/** Finds dates of birth after a cue word such as "born on". Other dates are not personal data. */
export const birth_date: Detector = {
  name: 'birth_date',
  mayFind: ({ has_digit }) => has_digit,
  *find(scan: Scan): Generator<Candidate> {
    const options = { pattern: DATE, reach: 16 };
    for (const { start, end } of findValuesAfter(scan, 'birth', options)) {
      yield { type: 'DATE_TIME', start, end, score: 0.9 };
    }
  },
};

const AGE = /(?<![0-9.,/-])[1-9][0-9]{0,2}(?![0-9%]|[.,:/-][0-9])/g;
const AGE_AT_END = /(?<![0-9.,/-])[1-9][0-9]{0,2} ?-?$/;
const MAX_AGE = 120;

/**
 * Finds ages: "aged 34", "34 years old", and in languages whose word for years also counts other
 * things, "tengo 34 años" but not "hace 3 años".
 */
export const age: Detector = {
  name: 'age',
  mayFind: ({ has_digit }) => has_digit,
  *find(scan: Scan): Generator<Candidate> {
    for (const { start, end, value } of findValuesAfter(scan, 'age', { pattern: AGE, reach: 8 })) {
      if (Number(value) <= MAX_AGE) yield { type: 'AGE', start, end, score: 0.85 };
    }
    yield* findAgesBefore(scan);
  },
};

function* findAgesBefore(scan: Scan): Generator<Candidate> {
  const cues = scan.cues();
  for (const [i, cue] of cues.entries()) {
    const is_age = cue.topics.has('age_after');
    if (!is_age && !cue.topics.has('age_unit')) continue;
    scan.checkTime();
    const from = Math.max(0, cue.start - 5);
    const match = AGE_AT_END.exec(scan.text.slice(from, cue.start));
    if (match === null) continue;
    const start = from + match.index;
    const before = cues[i - 1];
    const has_verb = before?.topics.has('age_verb') === true && start - before.end < 12;
    if (!is_age && !has_verb) continue;
    // 21세기 is the 21st century, and 4세대 the fourth generation.
    if (/^[기대계]/.test(scan.text.slice(cue.end, cue.end + 1))) continue;
    const digits = /^[0-9]+/.exec(match[0])?.[0] ?? '';
    if (Number(digits) > MAX_AGE) continue;
    yield { type: 'AGE', start, end: cue.end, score: is_age ? 0.85 : 0.75 };
  }
}
