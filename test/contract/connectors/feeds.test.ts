import { afterEach, describe, expect, it, vi } from 'vitest';
import { SourceRefusal } from '../../../ingest/connectors/errors.ts';
import { rss } from '../../../ingest/connectors/sources/rss/source.ts';
import { type FeedStub, type FeedStubOptions, startFeedStub } from '../../stubs/feeds/stub.ts';
import { SourceWorld } from '../../support/source-world.ts';
import { describeSource } from '../suites/source.ts';

for (const format of ['rss', 'atom', 'json'] as const) {
  describe(`A feed in the form ${format}`, async () => {
    await describeSource({
      source: rss,
      startStub: () => startFeedStub({ format }),
      options: ({ url }) => ({ url }),
    });
  });
}

describe('A feed', () => {
  const open: { world: SourceWorld; stub: FeedStub }[] = [];
  const setUp = async (options: FeedStubOptions = {}, path = '') => {
    const stub = await startFeedStub(options);
    const world = new SourceWorld({ source: rss, options: { url: `${stub.url}${path}` } });
    open.push({ world, stub });
    return { world, stub };
  };
  const post = (stub: FeedStub, id: string, changes = {}) =>
    stub.post({ id, text: `text of ${id}`, author: 'ada' }, changes);
  const see = (world: SourceWorld, ids: string[]) =>
    vi.waitFor(() => expect(world.listTexts()).toEqual(ids.map((id) => `text of ${id}`)), {
      timeout: 10_000,
      interval: 5,
    });
  /** Waits until the stub has answered some more requests. */
  const waitForRounds = (stub: FeedStub, rounds: number) => {
    const count = stub.requests.length + rounds;
    return vi.waitFor(() => expect(stub.requests.length).toBeGreaterThanOrEqual(count), {
      timeout: 10_000,
      interval: 5,
    });
  };

  afterEach(async () => {
    for (const { world, stub } of open.splice(0)) {
      world.kill();
      await stub.close();
    }
  });

  it('that has not changed is asked for with its validators, and its answer 304 publishes nothing', async () => {
    const { world, stub } = await setUp();
    post(stub, 'a');
    world.start();
    await see(world, ['a']);
    await waitForRounds(stub, 3);
    expect(stub.requests.at(-1)).toMatchObject({ status: 304, if_none_match: expect.any(String) });
    expect(world.on_stream).toHaveLength(1);
  });

  it('that has moved for good is read at its new address, and its records keep their ids', async () => {
    const { world, stub } = await setUp();
    post(stub, 'a');
    world.start();
    await see(world, ['a']);
    stub.script.push({ status: 301, headers: { Location: '/feed?moved' } });
    await vi.waitFor(() => expect(stub.requests.at(-1)?.target).toBe('/feed?moved'), 10_000);
    post(stub, 'b');
    await see(world, ['a', 'b']);
    await waitForRounds(stub, 2);
    expect(stub.requests.at(-1)?.target).toBe('/feed?moved');
    expect(world.on_stream).toHaveLength(2);
  });

  it('that is at another address for a while (302) is asked for at its own address again', async () => {
    const { world, stub } = await setUp();
    stub.script.push({ status: 302, headers: { Location: '/feed?for-now' } });
    post(stub, 'a');
    world.start();
    await see(world, ['a']);
    await waitForRounds(stub, 2);
    expect(stub.requests.at(-1)?.target).toBe('/feed');
  });

  it('that has ended (410) ends the connector with advice', async () => {
    const { world, stub } = await setUp();
    stub.script.push({ status: 410 });
    world.start();
    await expect(world.waitForEnd()).rejects.toThrow(SourceRefusal);
  });

  it.each([
    ['a redirect without an end', { status: 302, headers: { Location: '/feed' } }, 6],
    ['a redirect to a file', { status: 302, headers: { Location: 'file:///etc/passwd' } }, 1],
    ['an HTML page with status 200', { status: 200, body: '<html><body>Sorry</body></html>' }, 1],
    [
      'a document that ends early',
      { status: 200, body: '<rss><channel><item><title>x</title></item>' },
      1,
    ],
    [
      'JSON that ends early',
      { status: 200, body: '{"version":"https://jsonfeed.org/version/1","items":[{"ti' },
      1,
    ],
    ['JSON of another kind', { status: 200, body: '{"error":"no"}' }, 1],
    [
      'a body of more than 10 MB',
      { status: 200, body: Buffer.alloc(10 * 1024 * 1024 + 1, ' ') },
      1,
    ],
    ['a missing page', { status: 404 }, 1],
  ] as const)(
    'that answers with %s publishes nothing of it, and goes on in the next round',
    async (_, answer, times) => {
      const { world, stub } = await setUp();
      for (let i = 0; i < times; i += 1) stub.script.push(answer as (typeof stub.script)[number]);
      post(stub, 'a');
      world.start();
      await see(world, ['a']);
      expect(world.on_stream).toHaveLength(1);
      expect(world.stats.counts.skipped).toBe(1);
    },
  );

  it('that shows a new item between the reading of two pages loses none and publishes none twice', async () => {
    const { world, stub } = await setUp({ page_size: 2 });
    post(stub, 'a');
    world.start();
    await see(world, ['a']);
    await world.stop();
    for (const id of ['b', 'c', 'd', 'e']) post(stub, id);
    stub.onPage = (page) => {
      if (page !== 2) return;
      post(stub, 'f');
      stub.onPage = () => undefined;
    };
    world.start();
    await see(world, ['a', 'b', 'c', 'd', 'e', 'f']);
    expect(world.on_stream).toHaveLength(6);
    expect(world.stats.counts.gaps).toBe(0);
  });

  it('without ids and dates is published once, by the addresses of its items', async () => {
    const { world, stub } = await setUp();
    post(stub, 'a', { guid: undefined, date: undefined });
    post(stub, 'b', { guid: undefined, date: undefined });
    world.start();
    await see(world, ['a', 'b']);
    post(stub, 'c', { guid: undefined, date: undefined });
    await see(world, ['a', 'b', 'c']);
    expect(world.on_stream).toHaveLength(3);
  });

  it('that gives every item the same id is told apart by the addresses of its items', async () => {
    const { world, stub } = await setUp();
    for (const id of ['a', 'b']) post(stub, id, { guid: 'same' });
    world.start();
    await see(world, ['a', 'b']);
  });

  it('whose item leaves it and comes back with another text replaces the text', async () => {
    const { world, stub } = await setUp({ page_size: 1 });
    const date = new Date('2026-11-25T08:00:00Z');
    post(stub, 'a', { date });
    world.start();
    await see(world, ['a']);
    post(stub, 'b');
    await see(world, ['a', 'b']);
    stub.play('forget');
    stub.post({ id: 'a', text: 'text of a, edited', author: 'ada' }, { date });
    await vi.waitFor(() => expect(world.listTexts()).toContain('text of a, edited'), 10_000);
    expect(world.listTexts()).not.toContain('text of a');
  });
});
