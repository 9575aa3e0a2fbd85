import { type Candidate, type Detector, findValuesAfter, type Scan } from '../scan.ts';

const HANDLE =
  /(?<![\p{L}\p{N}@._/\\+-])@[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,28}[A-Za-z0-9_])(?![A-Za-z0-9_@-])/gu;
const NAME =
  /(?<=[:=] {0,2}["'“]?|\b(?:is|ist|es|est|è|é) ["'“]?|[はは는은] ?["'“]?|(?<=[\p{Script=Han}\p{Script=Arabic}\p{Script=Devanagari}]) ?)[A-Za-z0-9](?:[A-Za-z0-9_.-]{1,28}[A-Za-z0-9])/gu;

/** Finds handles such as `@name`, and the value after a word such as "username:". */
export const username: Detector = {
  name: 'username',
  mayFind: () => true,
  *find(scan: Scan): Generator<Candidate> {
    if (scan.text.includes('@')) {
      for (const { index: start, 0: value } of scan.text.matchAll(HANDLE)) {
        yield { type: 'USERNAME', start, end: start + value.length, score: 0.85 };
      }
    }
    for (const found of findValuesAfter(scan, 'username', { pattern: NAME, reach: 5 })) {
      const { start, end, value, between } = found;
      if (/[0-9_.]/.test(value) || /[:=]/.test(between)) {
        yield { type: 'USERNAME', start, end, score: 0.7 };
      }
    }
  },
};
