import { beforeEach, expect, it, vi } from 'vitest';
import { createCaches } from '../../../../processors/analysis/caches.ts';
import { createAnalysisContext } from '../../../../processors/analysis/context.ts';
import type { VerdictCache } from '../../../../processors/analysis/ports.ts';
import type { Question } from '../../../../processors/analysis/prepare.ts';
import { ServiceError, type Verdict } from '../../../../schemas/index.ts';
import { createFakeCache } from '../../../fakes/verdict-cache.ts';

const scores = { positive: 0.7, negative: 0.1, neutral: 0.1, mixed: 0.1 };
const verdict: Verdict = { sentiment: 'POSITIVE', scores, chunks: 1 };
const outage = (code: string) => new ServiceError('dynamodb', code, { retryable: true });

const ask = (...fingerprints: string[]): Question[] =>
  fingerprints.map((fingerprint) => ({
    status: 'ready',
    text: fingerprint,
    fingerprint,
    language_code: 'en',
    language_source: 'given',
  }));

let table: ReturnType<typeof createFakeCache>;
let asked: string[][];
let context: ReturnType<typeof createAnalysisContext>;
beforeEach(() => {
  table = createFakeCache();
  asked = [];
  context = createAnalysisContext();
});

/** Creates caches over the table of the test. The array `asked` lists what the table was asked. */
function create(change: Partial<VerdictCache> = {}, memory_entries = 10) {
  const cache: VerdictCache = {
    put: table.put,
    get: async (fingerprints) => {
      asked.push(fingerprints);
      return table.get(fingerprints);
    },
    ...change,
  };
  return createCaches({ cache, memory_entries });
}

it('the caches read the table only for what the memory lacks, and say which of the two had a verdict', async () => {
  table.rows.set('a', verdict).set('b', verdict);
  const caches = create();
  const tiers = async (...fingerprints: string[]) =>
    [...(await caches.read(ask(...fingerprints), context))].map(([key, { cache }]) => [key, cache]);
  expect(await tiers('a')).toEqual([['a', 'table']]);
  expect(await tiers('a', 'b', 'c')).toEqual([
    ['a', 'memory'],
    ['b', 'table'],
  ]);
  expect(await tiers('a', 'b')).toEqual([
    ['a', 'memory'],
    ['b', 'memory'],
  ]);
  expect(asked).toEqual([['a'], ['b', 'c']]);
});

it('a new verdict is in the memory and in the table', async () => {
  const caches = create();
  await caches.write(new Map([['a', verdict]]), context);
  expect(table.rows.get('a')).toEqual(verdict);
  expect(await caches.read(ask('a'), context)).toEqual(
    new Map([['a', { verdict, cache: 'memory' }]]),
  );
});

it('a batch without new verdicts writes nothing to the table', async () => {
  const put = vi.fn<VerdictCache['put']>();
  await create({ put }).write(new Map(), context);
  expect(put).not.toHaveBeenCalled();
});

it('rows that cannot be read are counted, and their texts are cache misses', async () => {
  table.rows.set('a', verdict);
  const caches = create({ get: async (some) => ({ ...(await table.get(some)), unreadable: 2 }) });
  expect((await caches.read(ask('a', 'b', 'c'), context)).size).toBe(1);
  expect(context.counts).toMatchObject({ cache_unreadable: 2, cache_errors: 0 });
});

it('a read that fails half-way keeps what it found, and the counts name the first error', async () => {
  table.rows.set('a', verdict);
  const codes = ['First', 'Second'];
  const caches = create({
    get: async (some) => ({ ...(await table.get(some)), error: outage(codes.shift()!) }),
  });
  expect((await caches.read(ask('a', 'b'), context)).size).toBe(1);
  await caches.read(ask('c'), context);
  expect(context.counts).toMatchObject({ cache_errors: 2, cache_error: 'dynamodb: First' });
});

const silent = () => new Promise<never>(() => {});

it.each(['read', 'write'] as const)(
  'a %s of the table ends at its deadline, and counts as a cache error',
  async (call) => {
    const passed = { at: 0, signal: AbortSignal.abort() };
    const open = { at: Number.POSITIVE_INFINITY, signal: new AbortController().signal };
    const caches = create({ get: silent, put: silent });
    if (call === 'read') {
      await caches.read(ask('a'), { ...context, analysis: passed, delivery: open });
    } else {
      await caches.write(new Map([['a', verdict]]), {
        ...context,
        analysis: open,
        delivery: passed,
      });
    }
    expect(context.counts).toMatchObject({ cache_errors: 1, cache_error: 'cache: OutOfTime' });
  },
);

it('a bug in the table is thrown, and is no cache error', async () => {
  const bug = new TypeError('This is a bug');
  const fail = () => Promise.reject(bug);
  const caches = create({ get: fail, put: fail });
  await expect(caches.read(ask('a'), context)).rejects.toBe(bug);
  await expect(caches.write(new Map([['a', verdict]]), context)).rejects.toBe(bug);
  expect(context.counts.cache_errors).toBe(0);
});

it('the memory drops the verdict that was used least recently', async () => {
  table.rows.set('a', verdict).set('b', verdict).set('c', verdict);
  const caches = create({}, 2);
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await caches.read(ask(key), context);
  expect(asked).toEqual([['a'], ['b'], ['c'], ['b']]);
});
