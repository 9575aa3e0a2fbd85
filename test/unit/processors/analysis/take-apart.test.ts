import fc from 'fast-check';
import { expect, it } from 'vitest';
import { takeApart } from '../../../../processors/analysis/take-apart.ts';
import { ServiceError } from '../../../../schemas/index.ts';

const REFUSAL = new ServiceError('comprehend', 'InvalidRequestException', {
  retryable: false,
  refuses_input: true,
});
const DOWN = new ServiceError('comprehend', 'InternalServerException', { retryable: true });

const documentsOf = (count: number) => Array.from({ length: count }, (_, i) => `text ${i}`);

/** A service that refuses each call with a poison document, and is down after `calls_left` calls. */
function service(poison: Set<string>, calls_left = Number.POSITIVE_INFINITY) {
  const calls: string[][] = [];
  const send = async (documents: string[]) => {
    if (calls.length >= calls_left) throw DOWN;
    calls.push(documents);
    if (documents.some((document) => poison.has(document))) throw REFUSAL;
    return documents;
  };
  return { calls, send };
}

/** A call with up to 25 documents, of which at least one is poison. */
const calls = fc.integer({ min: 1, max: 25 }).chain((count) =>
  fc.record({
    documents: fc.constant(documentsOf(count)),
    poison: fc.subarray(documentsOf(count), { minLength: 1 }),
  }),
);

it('of a call that is refused as a whole, exactly the poison documents are refused, wherever they are', async () => {
  await fc.assert(
    fc.asyncProperty(calls, async ({ documents, poison }) => {
      const { send } = service(new Set(poison));
      const apart = await takeApart(documents, REFUSAL, send);
      expect(apart.refused.map(({ document }) => document).sort()).toEqual([...poison].sort());
      const innocent = documents.filter((document) => !poison.includes(document));
      expect(apart.accepted.flat().sort()).toEqual(innocent.sort());
      expect(apart.failed).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

it('k poison documents among n cost at most k × (⌈log2 n⌉ + 1) more calls', async () => {
  await fc.assert(
    fc.asyncProperty(calls, async ({ documents, poison }) => {
      const asked = service(new Set(poison));
      await takeApart(documents, REFUSAL, asked.send);
      const most = poison.length * (Math.ceil(Math.log2(documents.length)) + 1);
      expect(asked.calls.length).toBeLessThanOrEqual(most);
    }),
    { numRuns: 500 },
  );
});

it('one poison text among 25 costs at most six more calls, at each of the 25 places', async () => {
  const documents = documentsOf(25);
  for (const poison of documents) {
    const asked = service(new Set([poison]));
    const { accepted } = await takeApart(documents, REFUSAL, asked.send);
    expect(asked.calls.length).toBeLessThanOrEqual(6);
    expect(accepted.flat()).toHaveLength(24);
  }
});

it('documents whose call fails for another reason fail with that reason, and keep no answer back', async () => {
  await fc.assert(
    fc.asyncProperty(calls, fc.nat(12), async ({ documents, poison }, calls_left) => {
      const { send } = service(new Set(poison), calls_left);
      const { accepted, refused, failed } = await takeApart(documents, REFUSAL, send);
      const found = [...refused, ...failed].map(({ document }) => document);
      expect([...accepted.flat(), ...found].sort()).toEqual([...documents].sort());
      for (const { document } of refused) expect(poison).toContain(document);
      for (const { error } of failed) expect(error).toBe(DOWN);
    }),
  );
});

it('a bug in a call is thrown', async () => {
  const bug = new TypeError('This is a bug');
  await expect(takeApart(documentsOf(3), REFUSAL, () => Promise.reject(bug))).rejects.toBe(bug);
});
