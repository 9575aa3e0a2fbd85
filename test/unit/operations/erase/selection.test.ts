import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildSelection } from '../../../../operations/erase/selection.ts';
import { derivePseudonymKey, recordSchema, selects } from '../../../../schemas/index.ts';
import { createTestRedaction } from '../../../fakes/privacy.ts';

const SECRET = 'the secret of the deployment';
const redactRecord = createTestRedaction(
  {},
  { pseudonymKey: async (tenant) => derivePseudonymKey(SECRET, tenant) },
);
const isSelected = async (author: string, record: { author: string; tenant: string }) => {
  const given = recordSchema.parse({ text: 'I love it', source: 's', ...record });
  const { stored } = await redactRecord(given);
  const selection = await buildSelection({ tenant: 'acme', author }, 1, async () => SECRET);
  const { tenant, source } = given;
  return selects(selection, { tenant, source, record_id: 'r', stamp: 1, author: stored.author });
};
const anAuthor = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });

it('every author of a record is found by the name after it was masked, and no form of it is stored', async () => {
  const property = fc.asyncProperty(anAuthor, async (author) => {
    expect(await isSelected(author, { author, tenant: 'acme' })).toBe(true);
    const { stored } = await redactRecord(recordSchema.parse({ text: 'a', source: 's', author }));
    expect(stored.author).toMatch(/^\[NAME:[0-9a-f]{16}\]$/);
  });
  await fc.assert(property, { numRuns: 200 });
});

it('a name selects no other author, and none of another tenant', async () => {
  const names = fc.stringMatching(/^[a-z]{1,12}( [a-z]{1,12})?$/);
  const property = fc.asyncProperty(names, names, async (author, other) => {
    expect(await isSelected(author, { author: other, tenant: 'acme' })).toBe(other === author);
    expect(await isSelected(author, { author, tenant: 'other' })).toBe(false);
  });
  await fc.assert(property, { numRuns: 200 });
});
