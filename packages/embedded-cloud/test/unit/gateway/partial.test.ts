import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PARTIAL_ACTIONS, splitBatch } from '../../../src/gateway/faults/partial.ts';
import { seededRandom } from '../../../src/gateway/faults/random.ts';
import type { JsonObject } from '../../../src/gateway/json-protocol.ts';

const failure = { code: 'Lost', message: 'gone', missing: false };

/**
 * Splits a batch into failed entries and kept entries, passes the kept entries to `serve`, and
 * merges the failures into the answer of `serve`.
 */
function failEntries(
  name: string,
  input: JsonObject,
  serve: (kept: JsonObject) => JsonObject,
  { missing = false, seed = 1 } = {},
) {
  const action = PARTIAL_ACTIONS[name]!;
  const split = splitBatch(action.size(input), 0.4, seededRandom(seed));
  const output = split.kept.length === 0 ? action.nothing : serve(action.keep(input, split.kept));
  return { split, output: action.merge(output, split, { ...failure, missing }, input) };
}

const texts = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 25 });

test.each([
  ['kinesis:PutRecords', 'Records', 'Records', 'FailedRecordCount'],
  ['firehose:PutRecordBatch', 'Records', 'RequestResponses', 'FailedPutCount'],
  ['dynamodb:BatchExecuteStatement', 'Statements', 'Responses', undefined],
])(
  'failed entries of %s keep their positions, and so do the others',
  (name, list, answers, failed_count) => {
    fc.assert(
      fc.property(texts, fc.integer(), (entries, seed) => {
        const serve = (kept: JsonObject) => ({
          ...(failed_count && { [failed_count]: 0 }),
          [answers]: (kept[list] as string[]).map((entry) => ({ answered: entry })),
        });
        const { output, split } = failEntries(name, { [list]: entries }, serve, { seed });
        const merged = output[answers] as JsonObject[];
        expect(merged).toHaveLength(entries.length);
        merged.forEach((answer, position) => {
          if (!split.rejected.includes(position)) expect(answer.answered).toBe(entries[position]);
          else expect(JSON.stringify(answer)).toContain('Lost');
        });
        if (failed_count) expect(output[failed_count]).toBe(split.rejected.length);
      }),
    );
  },
);

test.each([false, true])(
  'failed documents of comprehend:BatchDetectSentiment keep their index (missing from the answer: %s)',
  (missing) => {
    fc.assert(
      fc.property(texts, fc.integer(), (TextList, seed) => {
        const serve = (kept: JsonObject) => ({
          ResultList: (kept.TextList as string[]).map((text, Index) => ({ Index, text })),
          ErrorList: [],
        });
        const { output, split } = failEntries(
          'comprehend:BatchDetectSentiment',
          { TextList },
          serve,
          {
            missing,
            seed,
          },
        );
        const results = output.ResultList as { Index: number; text: string }[];
        const errors = output.ErrorList as { Index: number }[];
        expect(results.map(({ Index }) => Index)).toEqual(split.kept);
        for (const { Index, text } of results) expect(text).toBe(TextList[Index]);
        expect(errors.map(({ Index }) => Index)).toEqual(missing ? [] : split.rejected);
      }),
    );
  },
);

const inTables = fc.dictionary(fc.constantFrom('one', 'two', 'three'), texts, { minKeys: 1 });
const pairs = (tables: Record<string, string[]>) =>
  Object.entries(tables)
    .flatMap(([table, list]) => list.map((entry) => `${table} ${entry}`))
    .sort();

test('failed writes of dynamodb:BatchWriteItem come back as unprocessed items', () => {
  fc.assert(
    fc.property(inTables, fc.integer(), (RequestItems, seed) => {
      let done: Record<string, string[]> = {};
      const serve = (kept: JsonObject) => {
        done = kept.RequestItems as typeof done;
        return { UnprocessedItems: {} };
      };
      const { output } = failEntries('dynamodb:BatchWriteItem', { RequestItems }, serve, { seed });
      const left = output.UnprocessedItems as typeof done;
      expect(pairs(left).length).toBeGreaterThan(0);
      expect([...pairs(left), ...pairs(done)].sort()).toEqual(pairs(RequestItems));
    }),
  );
});

test('failed keys of dynamodb:BatchGetItem come back with those that the service did not process', () => {
  const part = { Keys: ['a', 'b', 'c', 'd'], ProjectionExpression: '#v', ConsistentRead: true };
  const serve = (kept: JsonObject) => ({
    Responses: {},
    UnprocessedKeys: kept.RequestItems,
  });
  const { output } = failEntries('dynamodb:BatchGetItem', { RequestItems: { one: part } }, serve);
  const left = output.UnprocessedKeys as { one: typeof part };
  expect({ ...left.one, Keys: left.one.Keys.toSorted() }).toEqual(part);
});
