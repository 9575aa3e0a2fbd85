import { expect, it } from 'vitest';
import { type PrivacyInput, privacySchema, recordSchema } from '../../../../schemas/index.ts';
import { createTestRedaction, DEFAULT_PRIVACY } from '../../../fakes/privacy.ts';
import { readDocTable } from '../../../support/doc-tables.ts';

const ROWS = readDocTable('docs/privacy.md', 'The policy').map((row) => ({
  ...row,
  policy: (row.policy ?? '').replace(' (default)', ''),
  stored_text: (row.stored_text ?? '').replace(' (default)', ''),
}));
const PLAIN = {
  text: 'Write to ann@example.com',
  author: 'Ann Smith',
  url: 'https://example.com/ann@example.com',
  attributes: { contact: 'ann@example.com' },
};
const record = recordSchema.parse({ ...PLAIN, source: 's' });

/** Says in the words of the document in which form a value is. */
function describe(value: string, plain: string, subject: 'it' | 'they'): string {
  if (value === plain) return `as ${subject} came`;
  return value.includes('ann') ? 'leaked' : 'with placeholders';
}

function describeAuthor(author: string | undefined): string | undefined {
  if (author === PLAIN.author) return 'as it came';
  return author?.replace(/^\[NAME:[0-9a-f]{16}\]$/, 'its pseudonym');
}

it.each(ROWS)(
  'The row of $policy with the stored text $stored_text of the matrix is right',
  async (row) => {
    const settings = { policy: row.policy, stored_text: row.stored_text } as Partial<PrivacyInput>;
    const { analysed, stored, keeps_text, pii } = await createTestRedaction(settings)(record);
    const others = JSON.stringify([stored.url, stored.attributes]);
    const sent = describe(analysed.text, PLAIN.text, 'it');
    expect(row).toMatchObject({
      'sent to Comprehend': sent,
      'fingerprint in the cache is of': `the text ${sent}`,
      'stored text': keeps_text ? describe(stored.text, PLAIN.text, 'it') : 'none',
      'stored author': describeAuthor(stored.author),
      'stored URL and attributes': describe(
        others,
        JSON.stringify([PLAIN.url, PLAIN.attributes]),
        'they',
      ),
      'pii of results': pii === undefined ? 'no' : 'yes',
    });
  },
);

it('The matrix has a row for each combination that the settings accept, and says which is the default', () => {
  const combinations = ['off', 'detect', 'redact'].flatMap((policy) =>
    ['full', 'redacted', 'none'].map((stored_text) => ({ policy, stored_text })),
  );
  const accepted = combinations.filter(
    (one) => privacySchema.safeParse({ ...DEFAULT_PRIVACY, ...one }).success,
  );
  const nameOf = ({ policy, stored_text }: { policy: string; stored_text: string }) =>
    `${policy} ${stored_text}`;
  expect(ROWS.map(nameOf).sort()).toEqual(accepted.map(nameOf).sort());
});
