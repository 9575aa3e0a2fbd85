import { expect, it } from 'vitest';
import type { HistoryReader, HistoryWriter } from '../../../insight/history/ports.ts';
import { aPastVersion } from '../../support/versions.ts';

type Store = HistoryReader & HistoryWriter;

const KEY = 'acme#app#r-1';
const ALL = { record_key: KEY, before: Number.MAX_SAFE_INTEGER, limit: 100 };
const revisionsOf = async (store: Store, query: Partial<typeof ALL> = {}) =>
  (await store.list({ ...ALL, ...query })).versions.map(({ revision }) => revision);

/**
 * Defines the tests that every history must pass.
 *
 * @param createStore creates a store whose clock has this time, in epoch milliseconds.
 */
export function describeHistoryStore(createStore: (now: number) => Promise<Store>): void {
  it('The history gives back each version with all of its fields, the newest first', async () => {
    const store = await createStore(0);
    const whole = aPastVersion({ revision: 1_795_000_000_000, analysis_run: 7, run_id: 'run_1' });
    const bare = aPastVersion({
      ...{ revision: 999, status: 'withdrawn', record_version: undefined, analyzer: undefined },
      ...{ sentiment: undefined, score: undefined, confidence: undefined },
    });
    expect(await store.put([bare, whole])).toEqual([]);
    expect((await store.list(ALL)).versions).toEqual([whole.version, bare.version]);
  });

  it('A version that is put again is in the history once', async () => {
    const store = await createStore(0);
    const versions = [1, 2].map((revision) => aPastVersion({ revision }));
    for (const again of [versions, versions.slice(0, 1), versions.toReversed()]) {
      expect(await store.put(again)).toEqual([]);
    }
    expect(await store.list(ALL)).toEqual({
      versions: [versions[1]!.version, versions[0]!.version],
      has_more: false,
    });
  });

  it('A page of the history has the next versions before a revision, of one record', async () => {
    const store = await createStore(0);
    const revisions = Array.from({ length: 60 }, (_, i) => 90 + i);
    await store.put(revisions.map((revision) => aPastVersion({ revision })));
    for (const record_key of ['acme#app#r-2', 'acme#app#r', 'globex#app#r-1']) {
      await store.put([aPastVersion({ revision: 100 }, { record_key })]);
    }
    const newest = revisions.toReversed();
    expect(await revisionsOf(store)).toEqual(newest);
    expect(await revisionsOf(store, { before: 110, limit: 4 })).toEqual([109, 108, 107, 106]);
    const hasMore = async (limit: number) => (await store.list({ ...ALL, limit })).has_more;
    expect([await hasMore(59), await hasMore(60)]).toEqual([true, false]);
    expect(await store.list({ ...ALL, limit: 0 })).toEqual({ versions: [], has_more: true });
    expect(await store.list({ ...ALL, before: 90 })).toEqual({ versions: [], has_more: false });
  });

  it('An expired version is in no page, although its item still exists', async () => {
    const now = Date.UTC(2026, 10, 27);
    const store = await createStore(now);
    const expiries = [now / 1_000 - 1, now / 1_000, now / 1_000 + 1];
    await store.put(
      expiries.map((expires_at, revision) => aPastVersion({ revision }, { expires_at })),
    );
    expect(await store.list(ALL)).toMatchObject({ versions: [{ revision: 2 }], has_more: false });
    expect(await store.list({ ...ALL, limit: 1 })).toMatchObject({ has_more: false });
  });
}
