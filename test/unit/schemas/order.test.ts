import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Acceptance,
  boundStamp,
  type Decision,
  decide,
  derivePlace,
  hashContent,
  type RowOrder,
} from '../../../schemas/index.ts';
import { deliveries, findCurrent, type Said } from '../../support/order-model.ts';
import { aResult } from '../../support/results.ts';

/** A row with its content, as a store would keep it. */
interface Kept {
  order: RowOrder;
  content: string;
}

function apply(row: Kept | undefined, said: Said): Kept {
  const { takes_content, order } = decide(row?.order, said);
  return { order, content: takes_content || row === undefined ? said.content : row.content };
}

it('a row is what the last acceptance said, in whatever order acceptances, resends and redeliveries arrive', () => {
  fc.assert(
    fc.property(deliveries, (arrivals) => {
      const row = arrivals.reduce<Kept | undefined>(apply, undefined);
      const { content, order } = row!;
      expect({ content, record_version: order.record_version }).toEqual(findCurrent(arrivals));
    }),
    { numRuns: 5_000 },
  );
});

it('a replay changes no content, and its analysis stays until another acceptance replaces it', () => {
  fc.assert(
    fc.property(deliveries, fc.nat(), fc.nat(), (arrivals, at, run) => {
      const rows: Kept[] = [];
      for (const said of arrivals) rows.push(apply(rows.at(-1), said));
      const before = rows[at % rows.length]!;
      // A replay carries the version of the row, although the content may have come without one.
      const replayed = { ...before.order, content: before.content, place: 'zz' };
      const replay: Said = { ...replayed, analysis_run: run + 1 };
      const again = decide(before.order, replay);
      expect(again).toMatchObject({ outcome: 'written', takes_content: true });
      expect(again.order).toEqual({ ...before.order, analysis_run: run + 1 });
      expect(decide(again.order, replay)).toMatchObject({
        outcome: 'unchanged',
        takes_content: false,
      });
      const late = [...arrivals, replay].reduce<Kept | undefined>(apply, undefined);
      expect(late!.content).toBe(rows.at(-1)!.content);
    }),
    { numRuns: 2_000 },
  );
});

const FIRST: Acceptance = { stamp: 10, place: 'b', content_hash: 'one' };
const rowOf = (fields: Partial<Acceptance> = {}) =>
  decide(undefined, { ...FIRST, ...fields }).order;

describe('what an acceptance does to a row', () => {
  it.each<[string, Partial<Acceptance>, Partial<Acceptance>, Decision['outcome'], boolean]>([
    ['a later one', {}, { stamp: 11, content_hash: 'two' }, 'written', true],
    ['a later one that says the same', {}, { stamp: 11 }, 'unchanged', true],
    ['an earlier one', {}, { stamp: 9, content_hash: 'two' }, 'not_newer', false],
    ['one at a later place', {}, { place: 'c', content_hash: 'two' }, 'written', true],
    ['one at an earlier place', {}, { place: 'a', content_hash: 'two' }, 'not_newer', false],
    ['the same one', {}, {}, 'unchanged', false],
    ['a resend', {}, { place: 'c' }, 'unchanged', false],
    ['a replay', {}, { place: 'c', analysis_run: 1 }, 'written', true],
    ['an earlier replay', { analysis_run: 2 }, { analysis_run: 1 }, 'unchanged', false],
    ['the first analysis after a replay', { analysis_run: 2 }, {}, 'unchanged', false],
    [
      'a replay of an older text',
      {},
      { stamp: 9, content_hash: 'two', analysis_run: 1 },
      'not_newer',
      false,
    ],
    [
      'a replay of another text',
      {},
      { place: 'c', content_hash: 'two', analysis_run: 1 },
      'not_newer',
      false,
    ],
    [
      'a lower version',
      { record_version: 2 },
      { record_version: 1, stamp: 11 },
      'not_newer',
      false,
    ],
    [
      'a higher version',
      { record_version: 2 },
      { record_version: 3, stamp: 9, content_hash: 'two' },
      'written',
      true,
    ],
    ['no version after one', { record_version: 2 }, { stamp: 11 }, 'unchanged', true],
    [
      'version 0 after none',
      {},
      { record_version: 0, stamp: 9, content_hash: 'two' },
      'not_newer',
      false,
    ],
  ])('%s', (_, before, incoming, outcome, takes_content) => {
    const decision = decide(rowOf(before), { ...FIRST, ...incoming });
    expect(decision).toMatchObject({ outcome, takes_content });
  });

  it('a row that stays as it is has the same order, so that nothing is written', () => {
    for (const again of [{}, { stamp: 9, content_hash: 'two' }, { place: 'a' }]) {
      const row = rowOf();
      expect(decide(row, { ...FIRST, ...again }).order).toBe(row);
    }
  });

  it('a record without a version inherits that of its row, and a late lower version stays out', () => {
    const row = decide(rowOf({ record_version: 5 }), { ...FIRST, stamp: 11, content_hash: 'two' });
    expect(row.order).toMatchObject({ record_version: 5, is_version_given: false, stamp: 11 });
    const late = { ...FIRST, record_version: 4, stamp: 12, content_hash: 'three' };
    expect(decide(row.order, late).outcome).toBe('not_newer');
  });

  it('a higher version that was accepted before the content of the row only raises the version', () => {
    const late = { ...FIRST, record_version: 7, stamp: 9, content_hash: 'two' };
    const { order, ...decision } = decide(rowOf(), late);
    expect(decision).toEqual({ outcome: 'not_newer', takes_content: false });
    expect(order).toEqual({ ...rowOf(), record_version: 7 });
  });
});

it('a stamp is at most five minutes after the arrival, and the arrival is the stamp of a record without one', () => {
  expect(boundStamp(undefined, 1_000)).toBe(1_000);
  expect(boundStamp(5, 1_000)).toBe(5);
  expect(boundStamp(301_000, 1_000)).toBe(301_000);
  expect(boundStamp(301_001, 1_000)).toBe(301_000);
});

const number = fc.oneof(fc.nat({ max: 40 }), fc.nat());

it('places sort as the sequence numbers of a shard and the numbers in containers do', () => {
  const numbers = fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 56n }), fc.array(number, { maxLength: 3 }))
    .map(([sequence, inner]) => [sequence, ...inner.map(BigInt)] as const);
  const placeOf = ([sequence, ...inner]: readonly bigint[]) => {
    const [sub_sequence_number, ...nested_numbers] = inner.map(Number);
    const sequence_number = String(sequence);
    const position = { stream_name: 's', shard_id: 'x', sequence_number, sub_sequence_number };
    return derivePlace({ ...position, nested_numbers }, {});
  };
  fc.assert(
    fc.property(numbers, numbers, (one, other) => {
      const at = one.findIndex((value, i) => value !== other[i]);
      const [own, its] = at === -1 ? [one.length, other.length] : [one[at]!, other[at] ?? -1n];
      expect(placeOf(one) < placeOf(other)).toBe(own < its);
    }),
  );
});

it('records of a job are placed by their lines, whatever their positions on the stream', () => {
  const at = (sequence_number: string, job_index: number) =>
    derivePlace(
      { stream_name: 's', shard_id: 'x', sequence_number },
      { job_id: 'job_1', job_index },
    );
  expect(at('900', 2) < at('1', 10)).toBe(true);
  expect(at('900', 2)).toBe(at('1', 2));
});

it('the hash of a content is that of what the producer said, and not of its analysis, times and ids', () => {
  const result = aResult({ author: 'Ada', attributes: { a: '1', b: '2' } });
  const hash = hashContent(result);
  const same = { record_version: 9, analysis_run: 1, created_at: '2026-01-01T00:00:00.000Z' };
  expect(
    hashContent({ ...result, ...same, sentiment: 'MIXED', job_id: 'j', text: undefined }),
  ).toBe(hash);
  expect(hashContent({ ...result, attributes: { b: '2', a: '1' } })).toBe(hash);
  expect(hashContent({ ...result, language_code: 'de' })).toBe(hash);
  for (const other of [
    { text_hash: 'other' },
    { author: 'Bob' },
    { url: 'https://example.com/' },
    { attributes: { a: '1' } },
    { attributes: undefined },
    { language_source: 'given' },
    { status: 'withdrawn' },
  ] as const) {
    expect(hashContent({ ...result, ...other }), JSON.stringify(other)).not.toBe(hash);
  }
});
