import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPublisher } from '../../../../ingest/index.ts';
import { planUndo } from '../../../../operations/runs/plan-undo.ts';
import { undoRun } from '../../../../operations/runs/undo.ts';
import { hashText, type RecordInput, type Result } from '../../../../schemas/index.ts';
import { createFakeStream, recordOf } from '../../../fakes/record-stream.ts';
import { createFakeResultsTable } from '../../../fakes/results-table.ts';
import { aResult } from '../../../support/results.ts';

const START = 1_790_000_000_000;
const IDENTITY = { tenant: 'default', source: 'app_reviews', record_id: 'rev-1' };
const RUN = { undone_run_id: 'run_a', run_id: 'undo_1' };

/** Builds the result of a record as the consumer does, as far as the order needs it. */
function resultOf(record: RecordInput): Result {
  const { text = '', deleted, stamp = 0, record_version, run_id, author, attributes } = record;
  const base = { ...IDENTITY, stamp, record_version, run_id };
  if (deleted) {
    const withdrawn = { ...aResult({ ...base, status: 'withdrawn' }), text_hash: hashText('') };
    return { ...withdrawn, text: undefined, attributes: undefined };
  }
  return aResult({ ...base, text, author, attributes: (attributes ?? {}) as never });
}

/** A results table with the log of its lines. */
function createWorld() {
  const rows = new Map<string, Result>();
  const table = createFakeResultsTable({ rows });
  const lines: Result[] = [];
  return {
    lines,
    current: () => [...rows.values()][0],
    async put(...records: RecordInput[]) {
      const results = records.map(resultOf);
      const answers = await table.put(
        results.map((result, i) => ({ result, place: `p${i}`, is_creation_given: true })),
      );
      for (const [i, answer] of answers.entries()) {
        if ('code' in answer) throw new Error(answer.code);
        const is_row = answer.outcome === 'written' || answer.outcome === 'unchanged';
        lines.push(is_row ? { ...answer.row } : { ...results[i]!, revision: undefined });
      }
    },
  };
}

/** Finds the version before a run, as the SQL of the lake does. */
function findBefore(lines: Result[], run_id: string): Result | undefined {
  const others = lines
    .filter((line) => line.run_id !== run_id)
    .sort((a, b) => a.stamp - b.stamp || (a.revision ?? -1) - (b.revision ?? -1));
  let highest = -1;
  return others
    .filter(({ record_version = highest }) => {
      highest = Math.max(highest, record_version);
      return record_version >= highest;
    })
    .at(-1);
}

const describeState = (result: Result | undefined) =>
  result === undefined || result.status === 'withdrawn'
    ? 'no text'
    : [result.text, result.author, result.attributes];

const change = fc.record({
  run_id: fc.constantFrom('run_a', 'run_a', 'run_b', undefined),
  content: fc.constantFrom('a', 'b', 'c', undefined),
  author: fc.constantFrom('Ada', undefined),
  stars: fc.constantFrom('1', '2'),
  gap: fc.integer({ min: 2, max: 5 }),
  has_version: fc.boolean(),
  arrival: fc.nat(),
});

/**
 * The acceptances of a record in their order, and in the order of their arrival in batches. Records of a
 * source that mixes versions and none arrive in order: a line does not say whether its version was given
 * or inherited, so of others the lake cannot tell.
 */
const histories = fc
  .record({
    changes: fc.array(change, { minLength: 1, maxLength: 7 }),
    versions: fc.constantFrom('none', 'all', 'mixed'),
    is_in_order: fc.boolean(),
    sizes: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1 }),
  })
  .map(({ changes, versions, is_in_order, sizes }) => {
    let stamp = START;
    const accepted = changes.map(({ run_id, content, author, stars, gap, has_version }, i) => {
      stamp += gap;
      const is_versioned = versions === 'all' || (versions === 'mixed' && has_version);
      const record_version = is_versioned ? i : undefined;
      const place = { ...IDENTITY, run_id, stamp, record_version };
      if (content === undefined) return { ...place, deleted: true };
      return { ...place, text: content, author, attributes: { stars } };
    });
    const by_arrival = accepted
      .map((record, i) => ({
        record,
        at: is_in_order || versions === 'mixed' ? i : (changes[i]?.arrival ?? 0),
      }))
      .sort((a, b) => a.at - b.at)
      .map(({ record }) => record);
    const batches: RecordInput[][] = [];
    for (let i = 0; by_arrival.length > 0; i += 1) {
      batches.push(by_arrival.splice(0, sizes[i % sizes.length]));
    }
    return { accepted, batches };
  });

async function play(batches: RecordInput[][]) {
  const world = createWorld();
  for (const batch of batches) await world.put(...batch);
  return world;
}

it('the undo of a run gives a record the state that it would have without the run, whatever came before, between and late', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async ({ accepted, batches }) => {
      const world = await play(batches);
      const before = world.current();
      const changed = { ...IDENTITY, before: findBefore(world.lines, 'run_a') };
      const step = planUndo(changed, before, RUN);
      if (accepted.at(-1)?.run_id !== 'run_a') {
        expect(step.kind).toBe('changed_later');
        return;
      }
      if (step.record !== undefined) await world.put(step.record);
      const rest = accepted.filter(({ run_id }) => run_id !== 'run_a').at(-1);
      const expected = rest === undefined ? undefined : resultOf(rest);
      expect(describeState(world.current())).toEqual(describeState(expected));
      const is_unseen = before?.first_created_at === undefined && step.kind === 'not_kept';
      expect(['restored', 'withdrawn', 'unchanged']).toContain(is_unseen ? 'unchanged' : step.kind);
    }),
    { numRuns: 2_000 },
  );
});

it('a second undo of a run changes nothing more, and the undo of an undo brings back the state before it', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async ({ batches }) => {
      const world = await play(batches);
      const undone = world.current();
      const changed = { ...IDENTITY, before: findBefore(world.lines, 'run_a') };
      const first = planUndo(changed, undone, RUN);
      // The second one has read the lake before the first one was in it.
      const stale = planUndo(changed, undone, { ...RUN, run_id: 'undo_2' });
      if (first.record === undefined) return;
      await world.put(first.record);
      const restored = world.current();
      await world.put(stale.record as RecordInput);
      expect(describeState(world.current())).toEqual(describeState(restored));
      const second = { ...IDENTITY, before: findBefore(world.lines, 'run_a') };
      expect(planUndo(second, world.current(), { ...RUN, run_id: 'undo_2' }).kind).toBe(
        'changed_later',
      );
      const again = { ...IDENTITY, before: findBefore(world.lines, 'undo_1') };
      const redo = { undone_run_id: 'undo_1', run_id: 'undo_3' };
      const { record } = planUndo(again, world.current(), redo);
      if (record !== undefined) await world.put(record);
      expect(describeState(world.current())).toEqual(describeState(undone));
    }),
    { numRuns: 1_000 },
  );
});

it('a version that is accepted while a run is being undone stays, whichever of the two arrives first', async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.boolean(), async ({ batches }, is_undo_first) => {
      const world = await play(batches);
      const changed = { ...IDENTITY, before: findBefore(world.lines, 'run_a') };
      const { record } = planUndo(changed, world.current(), RUN);
      if (record === undefined) return;
      const later = { ...IDENTITY, text: 'later', stamp: START + 1_000, run_id: 'run_c' };
      for (const one of is_undo_first ? [record, later] : [later, record]) await world.put(one);
      expect(world.current()?.text).toBe('later');
    }),
    { numRuns: 500 },
  );
});

const current = aResult({ run_id: 'run_a', revision: 5, replaced_revision: 4, text: 'new' });
const before = aResult({ text: 'old', author: 'Ada', url: 'https://a.example/1' });

it('a restored record has all that its producer said, the stamp after that of the row, and no place in a job', () => {
  const earlier = {
    ...before,
    ...{ job_id: 'job_1', job_index: 3, language_source: 'given' as const },
    ...{ created_at: '2026-10-01T00:00:00.000Z', record_version: 7 },
  };
  const { kind, record } = planUndo({ ...IDENTITY, before: earlier }, current, RUN);
  expect(kind).toBe('restored');
  expect(record).toEqual({
    ...{ ...IDENTITY, run_id: 'undo_1', stamp: current.stamp + 1, text: 'old', author: 'Ada' },
    ...{ url: 'https://a.example/1', attributes: { stars: '5' }, language: 'en' },
    created_at: '2026-10-01T00:00:00.000Z',
  });
});

it.each([
  [
    'the lake has no version before it, although there was one',
    { before: undefined },
    current,
    'not_kept',
  ],
  ['its text was not stored', { before: { ...before, text: undefined } }, current, 'not_kept'],
  ['its text was cut', { before: { ...before, text: 'ol' } }, current, 'not_kept'],
  ['its row has expired', { before }, undefined, 'expired'],
  ['it was changed later', { before }, { ...current, run_id: 'run_b' }, 'changed_later'],
  [
    'the run did not change what it says',
    { before: { ...current, run_id: 'x' } },
    current,
    'unchanged',
  ],
])('the undo of a run leaves a record if %s', (_reason, record, row, kind) => {
  expect(planUndo({ ...IDENTITY, ...record }, row, RUN)).toEqual({ kind });
});

it('the withdrawal of a record whose row had expired is not undone, and counts as not_kept', () => {
  const { first_created_at: _, ...row } = aResult({ run_id: 'run_a', status: 'withdrawn' });
  expect(planUndo({ ...IDENTITY, before: undefined }, row, RUN)).toEqual({ kind: 'not_kept' });
  const created_in_run = { ...row, first_created_at: row.created_at };
  expect(planUndo({ ...IDENTITY, before: undefined }, created_in_run, RUN)).toEqual({
    kind: 'unchanged',
  });
  expect(planUndo({ ...IDENTITY, before }, row, RUN).kind).toBe('restored');
});

it('a run that changed only the time of a text is undone', () => {
  const earlier = { ...current, created_at: '2026-01-01T00:00:00.000Z' };
  expect(planUndo({ ...IDENTITY, before: earlier }, current, RUN).kind).toBe('restored');
});

it('the undo publishes what it plans, counts what the stream refuses, and publishes nothing in a dry run', async () => {
  const ids = Array.from({ length: 250 }, (_, i) => `r-${i}`);
  const rows = new Map(
    ids.map((record_id) => [
      `default#app_reviews#${record_id}`,
      { ...current, record_id, ...(record_id === 'r-7' && { run_id: 'run_b' }) },
    ]),
  );
  const deps = {
    history: {
      countTouched: async () => 300,
      async *listChanged() {
        for (const record_id of ids) yield { ...IDENTITY, record_id, before };
      },
    },
    results: { getMany: async () => rows },
  };
  const run = { ...RUN, touched: 300 };
  const none = { restored: 0, withdrawn: 0, failed: 0, unchanged: 0, not_kept: 0, expired: 0 };
  const dry = await undoRun({ ...deps, publisher: undefined }, run);
  expect(dry).toEqual({ ...none, restored: 249, changed_later: 51 });
  const { stream, entries } = createFakeStream();
  const publisher = createPublisher({ stream });
  expect(await undoRun({ ...deps, publisher }, run)).toEqual(dry);
  expect(new Set(entries.map((entry) => recordOf(entry).record_id)).size).toBe(249);
  const refusing = createPublisher({
    stream: { putRecords: async (some) => some.map(() => ({ ok: false, code: 'No' })) },
    max_attempts: 1,
  });
  expect(await undoRun({ ...deps, publisher: refusing }, run)).toEqual({
    ...none,
    ...{ failed: 249, changed_later: 51 },
  });
});
