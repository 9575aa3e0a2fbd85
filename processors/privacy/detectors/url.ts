import type { Candidate, Detector } from '../scan.ts';

/** Longest part of a URL that is searched. The rest is found as further parts. */
const START =
  /(?:https?|ftps?|sftp|wss?|s3|ssh|git|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqps?):\/\/|(?<![\p{Script=Latin}\p{N}.@-])www\.(?=[\p{L}\p{N}])/giu;
const BODY = /[^\s<>"'`{}|\\^“”‘’«»、。，！？；：（）「」『』【】]{1,2048}/uy;
/** Matches an address without a scheme that has a path, a query or a well-known top-level domain. */
const BARE =
  /(?<![\p{Script=Latin}\p{N}.@_/-])[\p{Script=Latin}0-9](?:[\p{Script=Latin}0-9-]{0,62}\.){1,4}(?:(?:com|net|org|info|biz|io|dev|app|shop|gov|edu|online|site|xyz)(?![\p{Script=Latin}0-9_.-]{0,64}@|[\p{Script=Latin}0-9_-])(?:[/?#][\p{L}\p{N}/?#&=%._~:+,;!$*()-]{0,1024})?|\p{Script=Latin}{2,6}\/[\p{L}\p{N}/?#&=%._~:+,;!$*()-]{1,1024})/giu;
const CREDENTIALS =
  /:\/\/[^\s/@]{1,256}@|[?&#](?:[\w-]{0,20}(?:token|key|secret|sig|signature|password|passwd|pwd|auth|session|code|jwt|email|user)[\w-]{0,20})=/iu;
const TRAILING = /[.,;:!?*_~)\]]/;

/**
 * Finds web addresses. An address that contains a user, a password or a token has a score close to
 * 1; the score of other addresses is lower, so that a policy may keep them.
 */
export const url: Detector = {
  name: 'url',
  mayFind: ({ text }) => text.includes('://') || /www\.|\.\p{L}/iu.test(text),
  *find({ text, checkTime }): Generator<Candidate> {
    let done = 0;
    for (const match of text.matchAll(START)) {
      if (match.index < done) continue;
      checkTime();
      const from = match.index + match[0].length;
      BODY.lastIndex = from;
      if (!BODY.test(text)) continue;
      done = trim(text, from, BODY.lastIndex);
      if (done > from) yield describe(text, match.index, done);
    }
    for (const match of text.matchAll(BARE)) {
      checkTime();
      yield describe(text, match.index, trim(text, match.index, match.index + match[0].length));
    }
  },
};

function describe(text: string, start: number, end: number): Candidate {
  const score = hasCredentials(text.slice(start, end)) ? 0.99 : 0.85;
  return { type: 'URL', start, end, score };
}

/** Returns true if a web address contains a user, a password or a token. */
export function hasCredentials(address: string): boolean {
  return CREDENTIALS.test(address);
}

/** Removes punctuation that ends the sentence, and a closing bracket that the address does not open. */
function trim(text: string, start: number, end: number): number {
  let last = end;
  while (last > start && TRAILING.test(text.charAt(last - 1))) {
    const part = text.charAt(last - 1) === ')' ? text.slice(start, last) : '';
    if (part !== '' && part.split(')').length <= part.split('(').length) break;
    last -= 1;
  }
  return last;
}
