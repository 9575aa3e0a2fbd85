import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalise } from '../../../../processors/analysis/canonicalise.ts';
import { normalise } from '../../../../processors/analysis/normalise.ts';
import { createPrepare } from '../../../../processors/analysis/prepare.ts';
import { isSentimentLanguage } from '../../../../schemas/index.ts';

const prepareWith = (neutral_ids?: boolean) =>
  createPrepare({
    analyzer: { name: 'fake', version: '1', supports: isSentimentLanguage },
    detect_language: () => undefined,
    default_language: 'en',
    ...(neutral_ids === undefined ? {} : { neutral_ids }),
  });
const prepare = prepareWith();
const fingerprintOf = (text: string, made = prepare) =>
  (made({ text, language: 'en' }) as { fingerprint: string }).fingerprint;

/** Five or more decimal digits that are neither a round number nor a repeated digit. */
const digits = fc
  .stringMatching(/^[1-9]\d{4,18}$/)
  .filter((id) => !/^.?(.)\1*$/.test(id) && !['5201314', '1314520'].includes(id));
const hex = fc
  .stringMatching(/^[0-9a-f]{12,64}$/)
  .filter((id) => /\d/.test(id) && /[a-f]/.test(id));
const ZEROS = ['0', '٠', '۰', '०', '０', '\u{1d7d8}'];
/** The same digits in another script. */
const foreign = fc
  .tuple(digits, fc.constantFrom(...ZEROS))
  .map(([id, zero]) =>
    [...id].map((digit) => String.fromCodePoint(zero.codePointAt(0)! + Number(digit))).join(''),
  );
const id = fc.oneof(
  digits,
  foreign,
  fc.uuid(),
  hex,
  hex.map((one) => one.toUpperCase()),
);
/** Characters of texts, some of which are digits of ids. */
const unit = fc.constantFrom(...'01٣９9abcfx', ' ', '-', '.', '$', '€', '元', 'é', '😀', '\ud83d');
/** Texts before and after an id that are no part of it. */
const frame = fc.constantFrom(
  ['My order ', ' came late'],
  ['AB-', ' is open'],
  ['#', '!'],
  ['订单', '已发货'],
  ['order_', ', thanks'],
  ['(', ')'],
  ['', ''],
  ['注文', 'が届かない。'],
  ['Ticket:', '. Bad.'],
  ['see /orders/', '/'],
);

describe('canonicalise', () => {
  it('texts that differ in ids alone have one fingerprint, and the text that is analysed is the same', () => {
    fc.assert(
      fc.property(frame, id, id, ([before, after], one, other) => {
        const [first, second] = [one, other].map((it) =>
          prepare({ text: `${before}${it}${after}`, language: 'en' }),
        );
        expect(second).toEqual(first);
      }),
      { numRuns: 2_000 },
    );
  });

  it('texts that differ in a short number or a word have different fingerprints', () => {
    const short = fc.stringMatching(/^\d{1,4}$/);
    const word = fc.constantFrom('bad', 'good', 'Good', 'great', 'late');
    fc.assert(
      fc.property(frame, id, fc.tuple(short, word), fc.tuple(short, word), (edge, it, a, b) => {
        const [one, other] = [a, b].map(
          ([number, said]) => `${number} stars, ${said}: ${edge[0]}${it}${edge[1]}`,
        ) as [string, string];
        expect(fingerprintOf(one) === fingerprintOf(other)).toBe(one === other);
      }),
      { numRuns: 1_000 },
    );
  });

  it('a text without five digits in a row and without a hash is analysed as it is', () => {
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 40 }), (units) => {
        const text = units.join('');
        fc.pre(!/\p{Nd}{5}|[0-9a-f]{8}-?[0-9a-f]{4}/iu.test(normalise(text)));
        expect(canonicalise(text)).toBe(normalise(text));
      }),
    );
  });

  it('the canonical form of a canonical form is the same form', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(frame, id), { maxLength: 4 }), (parts) => {
        const form = canonicalise(
          parts.map(([[before, after], it]) => `${before}${it}${after}`).join(' '),
        );
        expect(canonicalise(form)).toBe(form);
      }),
    );
  });

  it('the canonical form is never longer than the text', () => {
    const part = fc.oneof(
      id,
      fc.constantFrom(' ', '-', '.', ',', '$', '€', '元', 'rs', '/', '1', 'a', '%', '[PHONE]'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const text = parts.join('');
        expect(Buffer.byteLength(canonicalise(text))).toBeLessThanOrEqual(
          Buffer.byteLength(normalise(text)),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['Order AB-829341 came late', 'Order AB-48213 came late'],
    ['A473269, 90210 and 20240115', 'A48213, 48213 and 48213'],
    ['8c0ef1a2-1111-4222-8333-abcdefabcdef', '48213'],
    ['0x5F2B9C1E8D7A6B5C and 5f2b9c1e8d7a6b5c', '48213 and 48213'],
    ['رقم ٠١٢٣٤٥٦', 'رقم 48213'],
    ['111-2223334-5556667', '111-48213-48213'],
    ['refund of order 829341: $20', 'refund of order 48213: $20'],
  ])('the ids in %j become a neutral number', (text, form) => {
    expect(canonicalise(text)).toBe(form);
  });

  it.each([
    '1 star',
    '5 stars out of 5',
    'since 2019, at 10:30, 1999 times',
    'paid $15000',
    'paid 30000£, € 99999.5 and 15000 USD',
    'Rs. 45678 or 45678 rupees',
    '가격은 24500원입니다',
    '价格12800元',
    'earns 12万 or 38291万',
    '98,765.00 and 12345.67 and 3.14159',
    '.81627 of it',
    "98'76543",
    '12345678% better',
    '23456/10 and 10/23456 and 1:23456',
    '-98765 and +258852843628',
    '10000 and 5000000 and 66666 and 88888888',
    '23333333 and 55555 and 5201314',
    '[PHONE] and [BANK_ACCOUNT_NUMBER]',
    'decade facade effaced deadbeefdead',
    'v2.14.0, 192.168.100.200 and B-2B',
  ])('%j has no id and is analysed as it is', (text) => {
    expect(canonicalise(text)).toBe(text);
  });

  it('without neutral ids, a text is analysed with its ids, and they keep texts apart', () => {
    const exact = prepareWith(false);
    const text = 'Order 829341  is late';
    expect(exact({ text, language: 'en' })).toMatchObject({ text: 'Order 829341 is late' });
    expect(fingerprintOf(text, exact)).not.toBe(fingerprintOf('Order 829342 is late', exact));
  });

  it('the fingerprint is that of the text that is analysed, with and without neutral ids', () => {
    const analysed = prepare({ text: 'Order 829341', language: 'en' });
    expect(analysed).toEqual(prepareWith(false)({ text: 'Order 48213', language: 'en' }));
  });

  it('the search for ids takes at most half a second for a text of 1 MiB that makes it go far', () => {
    const units = [
      ...['1', '12', 'a', 'a1', '1 ', 'a1-', '12345678-1234-', '0x', '1,', '/1', 'rs 1'],
      ...['123456789012 ', `${'a'.repeat(129)} `, '$12345 ', 'abcdef012345 ', '829341 rs '],
    ];
    for (const unit of units) {
      const text = unit.repeat(Math.ceil(2 ** 20 / unit.length));
      // The first run may find the code not compiled yet.
      const isFast = () => measureCpu(() => canonicalise(text)) < 500;
      expect(isFast() || isFast(), unit).toBe(true);
    }
  });
});

/** Returns the CPU time of a run, in milliseconds. */
function measureCpu(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
