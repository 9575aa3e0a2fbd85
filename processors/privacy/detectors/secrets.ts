import { type Candidate, type Detector, findValuesAfter, type Scan } from '../scan.ts';

const ACCESS_KEY = /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA|AIDA|AROA)[A-Z2-7]{16}(?![A-Za-z0-9])/g;
const SECRET_KEY = /(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g;
/** Tokens that say by their prefix which service gave them out. */
const TOKEN =
  /(?<![A-Za-z0-9_-])(?:gh[opsur]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}|glpat-[A-Za-z0-9_-]{20,64}|xox[abeprs]-[A-Za-z0-9-]{10,250}|[rs]k_(?:live|test)_[A-Za-z0-9]{16,247}|whsec_[A-Za-z0-9]{20,64}|AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,512}|sk-(?:proj-|ant-)?[A-Za-z0-9_-]{20,255}|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,255}|SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}|dop_v1_[a-f0-9]{64}|hf_[A-Za-z0-9]{30,64}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|eyJ[A-Za-z0-9_-]{8,4096}\.eyJ[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{8,2048})(?![A-Za-z0-9_])/g;
const PRIVATE_KEY = '-----BEGIN ';
const KEY_END = /-----END [A-Z ]{0,30}PRIVATE KEY-----/g;
const SECRET_REACH = 200;

export const aws_keys: Detector = {
  name: 'aws_keys',
  mayFind: ({ text }) => /[A-Za-z0-9/+]{16}/.test(text),
  *find(scan: Scan): Generator<Candidate> {
    let last_key = Number.NEGATIVE_INFINITY;
    for (const { index: start, 0: value } of scan.text.matchAll(ACCESS_KEY)) {
      last_key = start;
      yield { type: 'AWS_ACCESS_KEY', start, end: start + value.length, score: 0.99 };
      yield* findSecrets(scan, start + value.length);
    }
    const options = { pattern: SECRET_KEY, reach: 16 };
    for (const { start, end, value } of findValuesAfter(scan, 'aws_secret', options)) {
      if (start > last_key && isSecret(value)) {
        yield { type: 'AWS_SECRET_KEY', start, end, score: 0.95 };
      }
    }
  },
};

function* findSecrets({ text }: Scan, from: number): Generator<Candidate> {
  for (const { index, 0: value } of text.slice(from, from + SECRET_REACH).matchAll(SECRET_KEY)) {
    if (!isSecret(value)) continue;
    const start = from + index;
    yield { type: 'AWS_SECRET_KEY', start, end: start + value.length, score: 0.95 };
  }
}

/** A hash in hexadecimal digits has 40 characters too, but no letters of both cases. */
function isSecret(value: string): boolean {
  return (
    /[a-z]/.test(value) && /[A-Z]/.test(value) && /[0-9/+]/.test(value) && /[g-zG-Z/+]/.test(value)
  );
}

/** Finds the tokens of well-known services, JSON web tokens and private keys. */
export const api_tokens: Detector = {
  name: 'api_tokens',
  mayFind: ({ text }) => /[_.-][A-Za-z0-9]{4}|AIza/.test(text) || text.includes(PRIVATE_KEY),
  *find({ text }: Scan): Generator<Candidate> {
    for (const { index: start, 0: value } of text.matchAll(TOKEN)) {
      yield { type: 'API_TOKEN', start, end: start + value.length, score: 0.98 };
    }
    let from = text.indexOf(PRIVATE_KEY);
    for (const { index, 0: value } of text.matchAll(KEY_END)) {
      if (from < 0 || from > index) continue;
      const end = index + value.length;
      yield { type: 'API_TOKEN', start: from, end, score: 0.99 };
      from = text.indexOf(PRIVATE_KEY, end);
    }
  },
};
