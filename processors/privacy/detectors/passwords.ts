import { type Candidate, type Detector, findValuesAfter, type Scan } from '../scan.ts';

const VALUE = /[^\s:=,;"'“”«»「」、。，：]{4,64}/g;
/** After a word such as "is", a value in another script is a word of the sentence. */
const ASCII = /^[!-~]{4,64}$/;
const SIGN = /^ ?(?:[a-z]{2,5} ?)?[:=：]/i;
const COPULA = /^\s?(?:is|was|ist|lautet|war|es|est|è|é|は|는|은|是|हिस्|है|هي|هو)?\s?["'“«「]?$/i;

/**
 * Finds passwords after a cue word. After a colon any value counts. After "is" the value must have
 * a digit or a sign, because "the password is wrong" names no password.
 */
export const passwords: Detector = {
  name: 'passwords',
  mayFind: () => true,
  *find(scan: Scan): Generator<Candidate> {
    for (const found of findValuesAfter(scan, 'password', {
      pattern: VALUE,
      reach: 12,
      longest: 66,
    })) {
      const { start, between } = found;
      const value = found.value.replace(/[.?)]+$/, '');
      const is_secret = ASCII.test(value) && /[^A-Za-z]/.test(value);
      const is_stated = SIGN.test(between) || (COPULA.test(between) && is_secret);
      if (!is_stated || value.length < 4) {
        const later = is_secret ? undefined : findSecretAfter(scan, found.end);
        if (later !== undefined) yield later;
        continue;
      }
      yield { type: 'PASSWORD', start, end: start + value.length, score: 0.85 };
    }
  },
};

const WORD_THEN_SECRET = /^ ["'“«]?((?=[^\s]{0,64}[0-9!$%&#*?])[^\s,;"'“”«»]{6,64})/;

/** Finds a value after one more word: "Passwort lautet x9!abc", "password is: x9!abc". */
function findSecretAfter({ text }: Scan, end: number): Candidate | undefined {
  const match = WORD_THEN_SECRET.exec(text.slice(end, end + 70));
  if (match === null) return undefined;
  const value = (match[1] ?? '').replace(/[.?)]+$/, '');
  if (!/[0-9]/.test(value) || !/[^0-9.,/:-]/.test(value)) return undefined;
  const start = end + match[0].indexOf(match[1] ?? '');
  return { type: 'PASSWORD', start, end: start + value.length, score: 0.7 };
}

const DIGITS = /(?<![0-9./-])[0-9]{4,8}(?![0-9]|[./-][0-9])/g;

export const pins: Detector = {
  name: 'pins',
  mayFind: ({ has_digit }) => has_digit,
  *find(scan: Scan): Generator<Candidate> {
    for (const { start, end } of findValuesAfter(scan, 'pin', { pattern: DIGITS, reach: 14 })) {
      yield { type: 'PIN', start, end, score: 0.85 };
    }
  },
};
