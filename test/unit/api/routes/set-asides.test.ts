import { expect, it } from 'vitest';
import type { ReplayOne } from '../../../../api/set-asides/replay.ts';
import type { SetAside, SetAsideReason } from '../../../../schemas/index.ts';
import { createFakeTenantSetAsides } from '../../../fakes/tenant-set-asides.ts';
import { errorOf, testApi } from '../app.ts';

const START = Date.UTC(2026, 10, 20);

function aSetAside(
  number: number,
  reason: SetAsideReason,
  more: Partial<SetAside> & { data?: string | Buffer } = {},
): SetAside {
  const { data = `{"broken ${number}`, ...rest } = more;
  return {
    ...{ set_aside_id: `bulk:shardId-0:${number}`, reason, tenant: 'acme', source: 'reviews' },
    ...{ issues: [{ path: '', message: 'is not JSON' }], stream_name: 'bulk' },
    ...{ shard_id: 'shardId-0', sequence_number: String(number), partition_key: 'k' },
    arrived_at: new Date(START).toISOString(),
    data_base64: Buffer.from(data).toString('base64'),
    ...rest,
  };
}

const storeAt = (set_aside: SetAside, minute: number, replayed_at?: number) => ({
  ...{ set_aside, set_aside_at: START + minute * 60_000 },
  ...(replayed_at === undefined ? {} : { replayed_at }),
});

const WORLD = [
  storeAt(aSetAside(1, 'invalid_json'), 1),
  storeAt(aSetAside(2, 'invalid_record', { source: 'support' }), 2),
  storeAt(aSetAside(3, 'invalid_json'), 3, START + 9 * 60_000),
  storeAt(aSetAside(4, 'invalid_json', { tenant: 'globex', data: 'words of globex' }), 4),
];

const testWorld = (
  world = WORLD,
  replay_set_aside: ReplayOne = async () => ({ status: 'replayed', records: 1 }),
) =>
  testApi(undefined, {
    set_asides: createFakeTenantSetAsides(world),
    replay_set_aside,
    count_failed_batches: async () => 7,
  });

const read = async (api: ReturnType<typeof testApi>, path: string) =>
  (await (await api.request(path)).json()) as {
    set_asides: { set_aside_id: string }[];
    next_cursor?: string;
  };
const idsOf = async (api: ReturnType<typeof testApi>, path: string) =>
  (await read(api, path)).set_asides.map(({ set_aside_id }) => set_aside_id.split(':').at(-1));

it('GET /set-asides/counts counts the set-asides of the tenant by reason, and failed batches of all', async () => {
  const response = await testWorld().request('/set-asides/counts', {}, 'acme', ['read']);
  expect(await response.json()).toEqual({
    by_reason: [
      { reason: 'invalid_json', open: 1, replayed: 1, newest_at: '2026-11-20T00:03:00.000Z' },
      { reason: 'invalid_record', open: 1, replayed: 0, newest_at: '2026-11-20T00:02:00.000Z' },
    ],
    is_complete: true,
    failed_batches: 7,
  });
});

it('GET /set-asides lists the set-asides of the tenant with their bytes, newest first, and records the read', async () => {
  const api = testWorld();
  expect(await idsOf(api, '/set-asides')).toEqual(['3', '2', '1']);
  const { set_asides } = await read(api, '/set-asides?state=replayed');
  expect(set_asides).toEqual([
    {
      ...{ set_aside_id: 'bulk:shardId-0:3', reason: 'invalid_json', source: 'reviews' },
      issues: [{ path: '', message: 'is not JSON' }],
      ...{ arrived_at: '2026-11-20T00:00:00.000Z', set_aside_at: '2026-11-20T00:03:00.000Z' },
      ...{ state: 'replayed', replayed_at: '2026-11-20T00:09:00.000Z' },
      ...{ bytes: 10, data_hex: Buffer.from('{"broken 3').toString('hex'), text: '{"broken 3' },
    },
  ]);
  expect(api.reads.map(({ act }) => act)).toEqual(
    Array(2).fill({ act: 'read_set_asides', tenant: 'acme', selectors: {} }),
  );
});

it.each([
  ['reason=invalid_json', ['3', '1']],
  ['source=support', ['2']],
  ['state=open', ['2', '1']],
  ['from=2026-11-20T00:02:00Z', ['3', '2']],
  ['to=2026-11-20T00:02:00Z', ['1']],
  ['source=nothing', []],
])('GET /set-asides?%s lists only those that match', async (query, expected) => {
  expect(await idsOf(testWorld(), `/set-asides?${query}`)).toEqual(expected);
});

it('GET /set-asides pages through each set-aside once, and refuses the cursor of another query', async () => {
  const world = Array.from({ length: 25 }, (_, i) => storeAt(aSetAside(i, 'invalid_json'), i % 3));
  const api = testWorld(world);
  const seen: (string | undefined)[] = [];
  let cursor: string | undefined;
  do {
    const path = `/set-asides?limit=10${cursor === undefined ? '' : `&cursor=${cursor}`}`;
    const page = await read(api, path);
    seen.push(...page.set_asides.map(({ set_aside_id }) => set_aside_id));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  expect(new Set(seen).size).toBe(25);
  expect(seen).toHaveLength(25);
  const { next_cursor } = await read(api, '/set-asides?limit=10');
  const other = await api.request(`/set-asides?state=open&cursor=${next_cursor}`);
  expect((await errorOf(other)).message).toContain('belongs to another query');
});

it('a list that has read 500 set-asides in search of a source goes on in the next page', async () => {
  const world = Array.from({ length: 501 }, (_, i) =>
    storeAt(aSetAside(i, 'invalid_json', { source: i === 0 ? 'rare' : 'usual' }), i),
  );
  const api = testWorld(world);
  const { set_asides, next_cursor } = await read(api, '/set-asides?source=rare');
  expect(set_asides).toEqual([]);
  const rest = await read(api, `/set-asides?source=rare&cursor=${next_cursor}`);
  expect(rest.set_asides.map(({ set_aside_id }) => set_aside_id)).toEqual(['bulk:shardId-0:0']);
  expect(rest.next_cursor).toBeUndefined();
});

it('bytes that are no text are shown in hex alone, and of long ones the first 2,000 bytes', async () => {
  const long = storeAt(aSetAside(2, 'invalid_record', { data: 'x'.repeat(5_000) }), 2);
  const binary = storeAt(aSetAside(1, 'invalid_utf8', { data: Buffer.from([0xff, 0x00]) }), 1);
  const { set_asides } = await read(testWorld([long, binary]), '/set-asides');
  expect(set_asides).toMatchObject([
    { bytes: 5_000, data_hex: '78'.repeat(2_000), text: 'x'.repeat(2_000) },
    { bytes: 2, data_hex: 'ff00', text: null },
  ]);
});

const post = (api: ReturnType<typeof testApi>, body: object) =>
  api.post(body, 'application/json', '/set-asides/replay');

it('POST /set-asides/replay replays set-asides of the tenant as the command does, and records it before', async () => {
  const seen: unknown[] = [];
  const api = testWorld(WORLD, async (set_aside, options) => {
    expect(api.reads).toHaveLength(1);
    seen.push([set_aside.set_aside_id, options]);
    return set_aside.reason === 'invalid_json'
      ? { status: 'left', reason: 'invalid_json' }
      : { status: 'replayed', records: 1 };
  });
  const ids = [1, 2, 4, 5].map((number) => `bulk:shardId-0:${number}`);
  const response = await post(api, { set_aside_ids: ids });
  expect(await response.json()).toEqual({
    outcomes: [
      { set_aside_id: ids[0], status: 'left', why: 'invalid_json' },
      { set_aside_id: ids[1], status: 'replayed', records: 1 },
      { set_aside_id: ids[2], status: 'not_found' },
      { set_aside_id: ids[3], status: 'not_found' },
    ],
  });
  const options = { tenant: 'acme', fixed_text: undefined, dry_run: false };
  expect(seen).toEqual([ids[0], ids[1]].map((id) => [id, options]));
  expect(api.reads[0]?.act).toEqual({
    ...{ act: 'replay_set_asides', tenant: 'acme', selectors: { set_asides: '4' } },
  });
});

it('a replay that the audit trail does not take replays nothing, and a dry run needs no entry', async () => {
  const replays: boolean[] = [];
  const api = testApi(undefined, {
    set_asides: createFakeTenantSetAsides(WORLD),
    replay_set_aside: async (_, { dry_run }) => {
      replays.push(dry_run);
      return { status: 'would_replay', records: 1 };
    },
    record_read: async () => {
      throw new Error('away');
    },
  });
  const set_aside_ids = ['bulk:shardId-0:1'];
  expect((await post(api, { set_aside_ids })).status).toBe(500);
  expect((await post(api, { set_aside_ids, dry_run: true })).status).toBe(200);
  expect(replays).toEqual([true]);
});

it('a fixed text is replayed in place of the bytes, and only of one set-aside', async () => {
  const texts: (string | undefined)[] = [];
  const api = testWorld(WORLD, async (_, { fixed_text }) => {
    texts.push(fixed_text);
    return { status: 'replayed', records: 1 };
  });
  const fixed_text = '{"text":"mended"}';
  expect((await post(api, { set_aside_ids: ['bulk:shardId-0:1'], fixed_text })).status).toBe(200);
  expect(texts).toEqual([fixed_text]);
  const two = await post(api, { set_aside_ids: ['a:b:1', 'a:b:2'], fixed_text });
  expect(two.status).toBe(400);
  expect(texts).toHaveLength(1);
});
