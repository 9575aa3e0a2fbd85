import { describe, expect, it } from 'vitest';
import type { PersonalDataDetector } from '../../../../processors/privacy/ports.ts';
import { recordSchema, ServiceError } from '../../../../schemas/index.ts';
import { createTestRedaction } from '../../../fakes/privacy.ts';

const aRecord = (fields: object = {}) =>
  recordSchema.parse({
    text: 'Write to ann@example.com',
    source: 's',
    author: 'Ann Smith',
    url: 'https://example.com/reviews/7?mail=ann%40example.com&page=2',
    attributes: { stars: 5, phone: 4155552671, contact: 'bob@example.com', verified: true },
    ...fields,
  });
const redact = createTestRedaction();
const PLAIN = {
  text: 'Write to ann@example.com',
  author: 'Ann Smith',
  url: 'https://example.com/reviews/7?mail=ann%40example.com&page=2',
  attributes: { stars: 5, phone: 4155552671, contact: 'bob@example.com', verified: true },
};
const MASKED = {
  text: 'Write to [EMAIL]',
  author: expect.stringMatching(/^\[NAME:[0-9a-f]{16}\]$/),
  url: 'https://example.com/reviews/7?mail=[EMAIL]&page=2',
  attributes: { stars: 5, phone: '[PHONE]', contact: '[EMAIL]', verified: true },
};
const pii = { types: ['EMAIL', 'PHONE'], count: 4, failed: false };

describe('what is analysed and stored under each policy', () => {
  it.each([
    ['off', 'full', PLAIN.text, PLAIN, true, undefined],
    ['off', 'none', PLAIN.text, PLAIN, false, undefined],
    ['detect', 'full', PLAIN.text, PLAIN, true, { ...pii, redacted: false }],
    ['detect', 'redacted', PLAIN.text, MASKED, true, { ...pii, redacted: true }],
    ['detect', 'none', PLAIN.text, PLAIN, false, { ...pii, redacted: false }],
    ['redact', 'redacted', MASKED.text, MASKED, true, { ...pii, redacted: true }],
    ['redact', 'none', MASKED.text, MASKED, false, { ...pii, redacted: true }],
  ] as const)(
    'Under %s with the stored text %s, the matrix of docs/privacy.md holds',
    async (policy, stored_text, text, stored, keeps_text, found) => {
      const redacted = await createTestRedaction({ policy, stored_text })(aRecord());
      expect(redacted.analysed.text).toBe(text);
      expect(redacted.stored).toMatchObject(stored);
      expect(redacted.keeps_text).toBe(keeps_text);
      expect(redacted.pii).toEqual(found);
    },
  );

  it('Masking a masked record again changes nothing, and says the same of it', async () => {
    const first = await redact(aRecord());
    const second = await redact(aRecord(first.stored));
    expect(second).toEqual(first);
  });

  it('A record without personal data stays as it is, and its result says nothing of it', async () => {
    const record = aRecord({
      text: 'I love my cat [sic], see https://example.com/a?page=2',
      author: undefined,
      url: 'https://shop.example.com/p/1234567?ref=7#top',
      attributes: { stars: 5, version: '1.2.3.4', shop: 'x' },
    });
    const { stored, pii: found } = await redact(record);
    expect(stored).toMatchObject({
      text: record.text,
      url: record.url,
      attributes: record.attributes,
    });
    expect(found).toBeUndefined();
  });
});

describe('pseudonyms', () => {
  const pseudonymise = createTestRedaction({ placeholders: 'pseudonyms' });

  it('Pseudonyms are in what is stored, and what is analysed has placeholders', async () => {
    const { stored, analysed } = await pseudonymise(aRecord());
    expect(stored.text).toMatch(/^Write to \[EMAIL:[0-9a-f]{16}\]$/);
    expect(stored.author).toMatch(/^\[NAME:[0-9a-f]{16}\]$/);
    expect(stored.url).toMatch(/mail=\[EMAIL:[0-9a-f]{16}\]&page=2$/);
    expect(analysed.text).toBe('Write to [EMAIL]');
  });

  it('A stored record that comes again keeps its pseudonyms', async () => {
    const first = await pseudonymise(aRecord());
    expect(await pseudonymise(aRecord(first.stored))).toEqual(first);
  });

  it('The key is only read if the settings ask for pseudonyms, or for an author that is masked', async () => {
    const pseudonymKey = async () => {
      throw new Error('read');
    };
    await createTestRedaction({}, { pseudonymKey })(aRecord({ author: undefined }));
    const keeping = createTestRedaction(
      { policy: 'detect', stored_text: 'full' },
      { pseudonymKey },
    );
    await keeping(aRecord());
    await expect(createTestRedaction({}, { pseudonymKey })(aRecord())).rejects.toThrow('read');
    const refused = createTestRedaction({ placeholders: 'pseudonyms' }, { pseudonymKey });
    await expect(refused(aRecord())).rejects.toThrow('read');
  });
});

describe('a detector that fails', () => {
  const failing = (detect: PersonalDataDetector['detect']) =>
    createTestRedaction({}, { detector: { name: 'test', supports: () => true, detect } });
  const unsafe = { ok: false, reason: 'failed', detector: 'phone' } as const;

  it('A text whose detection fails is masked whole, and its result says so', async () => {
    const { stored, analysed, pii: found } = await failing(async () => unsafe)(aRecord());
    expect(stored.text).toBe('[REDACTED]');
    expect(analysed.text).toBe('[REDACTED]');
    expect(found).toMatchObject({ redacted: true, failed: true });
  });

  it('While a service is away, the record waits', async () => {
    const away = new ServiceError('comprehend', 'Away', { retryable: true });
    const waiting = failing(async () => Promise.reject(away))(aRecord());
    await expect(waiting).rejects.toBe(away);
  });

  it('An attribute and a URL whose detection fails are masked whole', async () => {
    const { stored } = await createTestRedaction({}, { detectLocally: () => unsafe })(aRecord());
    expect(stored.attributes).toMatchObject({ stars: '[REDACTED]', contact: '[REDACTED]' });
    expect(stored.url ?? '').not.toContain('ann');
  });
});

describe('authors and addresses', () => {
  it.each(['author', 'author_2'])(
    'An attribute %s is masked whole, as an author is',
    async (name) => {
      const { stored } = await redact(aRecord({ attributes: { [name]: 'x '.repeat(200) } }));
      expect(stored.attributes).toEqual({ [name]: '[NAME]' });
    },
  );

  it.each([
    ['https://ann:secret@example.com/a', 'https://example.com/a'],
    ['https://example.com/a?token=abc&page=2', 'https://example.com/a?token=[PASSWORD]&page=2'],
    ['https://example.com/ann@example.com/b', 'https://example.com/[EMAIL]/b'],
    ['https://example.com/#access_token=abc', 'https://example.com/#access_token=[PASSWORD]'],
    ['https://example.com', 'https://example.com'],
    ['mailto:ann@example.com', undefined],
  ])('The URL %s is stored as %s', async (url, expected) => {
    expect((await redact(aRecord({ url }))).stored.url).toBe(expected);
  });
});

it('the language is that of the text before it is masked', async () => {
  const texts: string[] = [];
  const resolveLanguage = (_given: string, text: string) => {
    texts.push(text);
    return { language_code: 'fr', language_source: 'detected' } as const;
  };
  const { analysed } = await createTestRedaction({}, { resolveLanguage })(aRecord());
  expect(texts).toEqual([PLAIN.text]);
  expect(analysed.language?.language_code).toBe('fr');
});
