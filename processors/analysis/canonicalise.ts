import { normalise } from './normalise.ts';

/**
 * Takes the place of an id. It is a number, because a model of sentiments reads numbers in any text,
 * and never saw a placeholder. It is no round number and no repeated digit, because these can mean
 * something (see MEANS_SOMETHING).
 */
const NEUTRAL_ID = '48213';

/** Matches a text that may have an id. Most texts have none, and need no search. */
const MAY_HAVE_ID = /\p{Nd}{5}|[0-9a-f]{8}-?[0-9a-f]{4}/iu;
/**
 * Matches a candidate for an id: a UUID, a run of 12 to 128 hexadecimal digits, or a run of five or
 * more decimal digits of any script. The first two start and end at the border of a word. No part
 * repeats another, so the time grows with the text and not faster.
 */
const CANDIDATE =
  /(?<![\p{Script=Latin}\p{Nd}])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?:0x)?[0-9a-f]{12,128})(?![\p{Script=Latin}\p{Nd}])|\p{Nd}{5,}/giu;

const ONLY_DECIMAL = /^\p{Nd}+$/u;
const HAS_DECIMAL = /\p{Nd}/u;
/**
 * Matches numbers that a reader takes for more than a name: one digit repeated, perhaps after another
 * one, is a round number (10000), a cheer (66666, 88888), a laugh (23333) or tears (55555). 5201314
 * means "I love you for life" in Chinese.
 */
const MEANS_SOMETHING = /^(?:(.)\1*|.(.)\2*|5201314|1314520)$/u;

/** Currencies and multipliers in the languages of Comprehend, as they stand beside an amount. */
const MONEY =
  'usd|eur|gbp|inr|jpy|krw|cny|rmb|brl|mxn|cad|aud|chf|btc|rs|dollars?|euros?|pounds?|rupees?|yen|yuan|won|reais|reales|pesos?|bucks|dólares|dollari|livres?|pfund|円|元|块|塊|圆|圓|원|万|萬|億|亿|만|억|천|دولار|ريال|جنيه|درهم|يورو|रुपये|रुपए|रुपया|रु';
/** Characters before a number that make it an amount. Eight are read. */
const AMOUNT_BEFORE = new RegExp(
  `(?:\\p{Sc}|(?:^|[^\\p{L}])(?:${MONEY})\\.?)\\s?$|(?:^|[^\\p{L}])[.,٫]$|\\p{Nd}[’']$|\\p{Nd}\\s?[/:]\\s?$|(?:^|\\s)[-+−±~≈<>=×]$`,
  'iu',
);
/** Characters after a number that make it an amount. Twelve are read. */
const AMOUNT_AFTER = new RegExp(
  `^\\s?(?:\\p{Sc}|[%％٪‰°]|(?:${MONEY})(?![\\p{Script=Latin}]))|^[.,٫٬’']\\p{Nd}|^\\s?/\\s?\\p{Nd}`,
  'iu',
);
const BEFORE_LENGTH = 8;
const AFTER_LENGTH = 12;

/**
 * Brings a text into the form that is analysed and fingerprinted, so that texts which differ in
 * white space or in ids alone share a verdict. The form is never longer than the normalised text.
 *
 * If you change this function, increase NORMALISER_VERSION.
 *
 * @example
 * canonicalise('Order AB-829341 came  late') // 'Order AB-48213 came late'
 */
export function canonicalise(text: string): string {
  return neutraliseIds(normalise(text));
}

/**
 * Replaces ids by a neutral number: UUIDs, hexadecimal hashes of at least 12 digits, and runs of five
 * or more digits, also within codes such as `AB-123456`. Amounts of money, percentages, decimals,
 * signed numbers, ratings, round numbers and shorter numbers stay, because they can decide a verdict.
 */
function neutraliseIds(text: string): string {
  if (!MAY_HAVE_ID.test(text)) return text;
  return text.replace(CANDIDATE, (candidate: string, start: number) =>
    isId(candidate) && !isAmount(text, start, start + candidate.length) ? NEUTRAL_ID : candidate,
  );
}

function isId(candidate: string): boolean {
  if (!ONLY_DECIMAL.test(candidate)) return HAS_DECIMAL.test(candidate);
  return !MEANS_SOMETHING.test(candidate);
}

function isAmount(text: string, start: number, end: number): boolean {
  return (
    AMOUNT_BEFORE.test(text.slice(Math.max(0, start - BEFORE_LENGTH), start)) ||
    AMOUNT_AFTER.test(text.slice(end, end + AFTER_LENGTH))
  );
}
