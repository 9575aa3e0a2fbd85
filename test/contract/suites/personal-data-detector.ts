import { expect, it } from 'vitest';
import type { PersonalDataDetector } from '../../../processors/privacy/ports.ts';

/** A text with an e-mail address and a card number, after characters of several sizes. */
const TEXT = '😀 Soy Zoë: ann@example.com, 4111 1111 1111 1111';

/** Defines the tests that every {@link PersonalDataDetector} must pass, for texts in en and es. */
export function describePersonalDataDetector(create: () => PersonalDataDetector): void {
  it.each(['en', 'es'])(
    'Each finding has its type, a score and its place in three units (%s)',
    async (language) => {
      const detector = create();
      expect(detector.supports(language)).toBe(true);
      const detection = await detector.detect(TEXT, language);
      if (!detection.ok) throw new Error(detection.reason);
      const found = detection.findings.map(({ type, utf16, utf8, code_points, score }) => {
        expect(score).toBeGreaterThan(0.5);
        expect(score).toBeLessThanOrEqual(1);
        return [
          type,
          TEXT.slice(utf16.start, utf16.end),
          Buffer.from(TEXT).subarray(utf8.start, utf8.end).toString(),
          [...TEXT].slice(code_points.start, code_points.end).join(''),
        ];
      });
      const [email, card] = ['ann@example.com', '4111 1111 1111 1111'];
      expect(found).toEqual([
        ['EMAIL', email, email, email],
        ['CREDIT_DEBIT_NUMBER', card, card, card],
      ]);
    },
  );

  it('A text without personal data, an empty one and one without letters have no findings', async () => {
    for (const text of ['A long day, and I loved it.', '', ' \n😀!']) {
      expect(await create().detect(text, 'en')).toEqual({ ok: true, findings: [] });
    }
  });

  it('Personal data is found anywhere in a text that is longer than a call may be', async () => {
    const filler = 'It was ä long day. '.repeat(12_000);
    const text = `${filler}ann@example.com ${filler}bob@example.com`;
    const detection = await create().detect(text, 'en');
    if (!detection.ok) throw new Error(detection.reason);
    expect(detection.findings.map(({ utf16 }) => text.slice(utf16.start, utf16.end))).toEqual([
      'ann@example.com',
      'bob@example.com',
    ]);
  });

  it('A text that is not well-formed Unicode is searched all the same', async () => {
    expect(await create().detect('\ud800 ann@example.com', 'en')).toMatchObject({
      ok: true,
      findings: [{ type: 'EMAIL', utf16: { start: 2, end: 17 } }],
    });
  });
}
