import { afterEach, expect, it, vi } from 'vitest';
import { SourceRefusal } from '../../../ingest/connectors/errors.ts';
import type { Source } from '../../../ingest/connectors/source.ts';
import { recordSchema } from '../../../schemas/index.ts';
import type { Fault, SourceStub } from '../../stubs/stub.ts';
import { SourceWorld } from '../../support/source-world.ts';

/** A source and its stub, for the suite. */
export interface SourceUnderTest {
  source: Source;
  startStub: () => Promise<SourceStub>;
  /** Options of the source for its stub. Waits that are minutes long in production are short here. */
  options: (stub: SourceStub) => object;
  secrets?: Record<string, string>;
}

const WAIT = { timeout: 10_000, interval: 5 };
const KETTLE = { words: ['kettle'] };
/** Scenarios that have a test of their own beside the suite, because they load the machine. */
const author = 'ada';

/**
 * Defines the tests that every source must pass against its stub. A scenario that the protocol cannot
 * have is left out, as the stub says: it has no `edit`, or does not list the fault.
 */
export async function describeSource({
  source,
  startStub,
  options,
  secrets,
}: SourceUnderTest): Promise<void> {
  const probe = await startStub();
  await probe.close();
  const open: { world: SourceWorld; stub: SourceStub }[] = [];
  const setUp = async (filter: object = {}) => {
    const stub = await startStub();
    const world = new SourceWorld({ source, options: options(stub), secrets, filter });
    open.push({ world, stub });
    return { world, stub };
  };
  /** Starts a connector and waits until it follows the service. */
  const follow = async (filter?: object) => {
    const { world, stub } = await setUp(filter);
    world.start();
    await vi.waitFor(() => expect(world.events).toContainEqual({ kind: 'connected' }), WAIT);
    return { world, stub };
  };
  const seeTexts = (world: SourceWorld, texts: string[]) =>
    vi.waitFor(() => expect(world.listTexts()).toEqual(texts), WAIT);

  afterEach(async () => {
    for (const { world, stub } of open.splice(0)) {
      world.is_stalled = false;
      world.kill();
      await stub.close();
    }
  });

  /** Defines a test if the protocol has the case, which the stub says. */
  const scenario = (
    title: string,
    needs: { faults?: Fault[]; can?: (keyof SourceStub)[] },
    test: () => Promise<void>,
  ) => {
    const { faults = [], can = [] } = needs;
    const has_faults = faults.every((fault) => probe.faults.includes(fault));
    if (has_faults && can.every((method) => probe[method] !== undefined)) it(title, test);
  };

  it('A fresh start publishes what is posted from then on, as records that the schema accepts', async () => {
    const { world, stub } = await follow();
    await stub.post({ id: 'p1', text: 'The kettle sings', author, language: 'en' });
    await stub.post({ id: 'p2', text: 'Der Kessel pfeift', author, language: 'de' });
    await seeTexts(world, ['Der Kessel pfeift', 'The kettle sings']);
    for (const record of world.on_stream) {
      expect(recordSchema.safeParse(record).error).toBeUndefined();
      expect(record.source).toBe(source.name);
    }
  });

  it('A stop saves the mark, and a restart goes on behind it without a loss or a repeat', async () => {
    const { world, stub } = await follow();
    await stub.post({ id: 'p1', text: 'one', author });
    await seeTexts(world, ['one']);
    await world.stop();
    expect(await world.readMark()).toBeDefined();
    await stub.post({ id: 'p2', text: 'two', author });
    world.start();
    await seeTexts(world, ['one', 'two']);
    expect(world.on_stream).toHaveLength(2);
    expect(world.stats.counts.gaps).toBe(0);
  });

  it('A process that is killed between publishing and saving loses nothing, and repeats have the same ids and versions', async () => {
    const { world, stub } = await follow();
    await stub.post({ id: 'p1', text: 'one', author });
    await seeTexts(world, ['one']);
    await vi.waitFor(async () => expect(await world.readMark()).toBeDefined(), WAIT);
    world.is_stalled = true;
    await stub.post({ id: 'p2', text: 'two', author });
    await stub.post({ id: 'p3', text: 'three', author });
    world.kill();
    world.is_stalled = false;
    world.start();
    await seeTexts(world, ['one', 'three', 'two']);
    const versions = world.on_stream.map(
      ({ record_id, record_version }) => `${record_id} ${record_version}`,
    );
    expect(new Set(versions).size).toBe(3);
  });

  scenario(
    'Messages that come again and out of order change nothing',
    { faults: ['repeat_reordered'], can: ['edit'] },
    async () => {
      const { world, stub } = await follow();
      await stub.post({ id: 'p1', text: 'one', author });
      await stub.edit?.('p1', 'one, edited');
      await seeTexts(world, ['one, edited']);
      await stub.play('repeat_reordered');
      await stub.post({ id: 'p2', text: 'two', author });
      await seeTexts(world, ['one, edited', 'two']);
    },
  );

  scenario(
    'A connection that is cut within a message is opened again, and nothing is lost',
    { faults: ['cut_in_message'] },
    async () => {
      const { world, stub } = await follow();
      await stub.post({ id: 'p1', text: 'one', author });
      await seeTexts(world, ['one']);
      await stub.play('cut_in_message');
      await stub.post({ id: 'p2', text: 'two', author });
      await seeTexts(world, ['one', 'two']);
      expect(world.stats.counts.reconnects).toBeGreaterThan(0);
    },
  );

  for (const fault of ['limit_in_seconds', 'limit_by_date'] as const) {
    scenario(
      `The connector waits as long as the service asks for (${fault})`,
      { faults: [fault] },
      async () => {
        const { world, stub } = await follow();
        await stub.play(fault);
        await stub.post({ id: 'p1', text: 'one', author });
        await seeTexts(world, ['one']);
        const waits = world.events.flatMap((event) =>
          event.kind === 'limited' ? event.seconds : [],
        );
        // A date has whole seconds, so a wait of one second may be almost over.
        expect(Math.max(...waits)).toBeLessThanOrEqual(1);
        expect(waits[0]).toBeGreaterThanOrEqual(fault === 'limit_by_date' ? 0 : 1);
      },
    );
  }

  scenario(
    'A malformed message among good ones is counted and skipped',
    { faults: ['malformed'] },
    async () => {
      const { world, stub } = await follow();
      await stub.post({ id: 'p1', text: 'one', author });
      await stub.play('malformed');
      await stub.post({ id: 'p2', text: 'two', author });
      await seeTexts(world, ['one', 'two']);
      expect(world.stats.reasons.get('malformed')).toBe(1);
    },
  );

  scenario(
    'A token that is revoked ends the connector with advice',
    { faults: ['revoke_token'] },
    async () => {
      const { world, stub } = await follow();
      await stub.play('revoke_token');
      await stub.post({ id: 'p1', text: 'one', author });
      await expect(world.waitForEnd()).rejects.toThrow(SourceRefusal);
    },
  );

  scenario(
    'A mark that is too old is a gap that is counted, and the connector goes on behind it',
    { faults: ['forget'] },
    async () => {
      const { world, stub } = await follow();
      await stub.post({ id: 'p1', text: 'one', author });
      await seeTexts(world, ['one']);
      await world.stop();
      await stub.post({ id: 'p2', text: 'forgotten', author });
      await stub.play('forget');
      world.start();
      await stub.post({ id: 'p3', text: 'three', author });
      await seeTexts(world, ['one', 'three']);
      expect(world.stats.counts.gaps).toBe(1);
    },
  );

  scenario('Silence on an open connection is a fault', { faults: ['silence'] }, async () => {
    const { world, stub } = await follow();
    await stub.play('silence');
    await stub.post({ id: 'p1', text: 'one', author });
    await seeTexts(world, ['one']);
    expect(world.stats.counts.reconnects).toBeGreaterThan(0);
  });

  scenario('An edit replaces the text', { can: ['edit'] }, async () => {
    const { world, stub } = await follow();
    await stub.post({ id: 'p1', text: 'The kettle sings', author });
    await seeTexts(world, ['The kettle sings']);
    await stub.edit?.('p1', 'The kettle is loud');
    await seeTexts(world, ['The kettle is loud']);
    expect(new Set(world.on_stream.map(({ record_id }) => record_id)).size).toBe(1);
  });

  scenario('A deletion withdraws the text', { can: ['remove'] }, async () => {
    const { world, stub } = await follow();
    await stub.post({ id: 'p1', text: 'The kettle sings', author });
    await seeTexts(world, ['The kettle sings']);
    await stub.remove?.('p1');
    await seeTexts(world, []);
    expect(world.stats.counts.withdrawn).toBeGreaterThanOrEqual(1);
  });

  scenario(
    'The deletion of an account withdraws its texts, and those of others stay',
    { can: ['removeAuthor'] },
    async () => {
      const { world, stub } = await follow();
      await stub.post({ id: 'p1', text: 'one', author });
      await stub.post({ id: 'p2', text: 'two', author: 'grace' });
      await stub.post({ id: 'p3', text: 'three', author });
      await stub.removeAuthor?.(author);
      await seeTexts(world, ['two']);
      expect(world.stats.counts.withdrawn).toBeGreaterThanOrEqual(2);
    },
  );

  scenario(
    'The deletion of a text that was filtered out publishes nothing',
    { can: ['remove'] },
    async () => {
      const { world, stub } = await follow(KETTLE);
      await stub.post({ id: 'p1', text: 'a toaster', author });
      await stub.remove?.('p1');
      await stub.post({ id: 'p2', text: 'a kettle', author });
      await seeTexts(world, ['a kettle']);
      expect(world.on_stream).toHaveLength(1);
    },
  );

  scenario(
    'An edit that the filter no longer takes withdraws the text, and one that it begins to take publishes it',
    { can: ['edit'] },
    async () => {
      const { world, stub } = await follow(KETTLE);
      await stub.post({ id: 'p1', text: 'a kettle', author });
      await stub.post({ id: 'p2', text: 'a toaster', author });
      await seeTexts(world, ['a kettle']);
      await stub.edit?.('p1', 'a teapot');
      await stub.edit?.('p2', 'no toaster but a kettle');
      await seeTexts(world, ['no toaster but a kettle']);
    },
  );

  scenario(
    'A service whose clock is ten minutes ahead loses nothing and stops nothing',
    { faults: ['clock_ahead'] },
    async () => {
      const { world, stub } = await follow();
      await stub.play('clock_ahead');
      await stub.post({ id: 'p1', text: 'one', author });
      await seeTexts(world, ['one']);
      await world.stop();
      await stub.post({ id: 'p2', text: 'two', author });
      world.start();
      await seeTexts(world, ['one', 'two']);
    },
  );

  it('While the stream takes nothing, no mark moves; then all records follow', async () => {
    const { world, stub } = await follow();
    await stub.post({ id: 'p0', text: 'first', author });
    await seeTexts(world, ['first']);
    await world.stop();
    const mark = await world.readMark();
    world.is_stalled = true;
    world.start();
    for (let i = 0; i < 20; i += 1) await stub.post({ id: `q${i}`, text: `text ${i}`, author });
    await vi.waitFor(() => expect(world.stats.counts.events).toBeGreaterThan(0), WAIT);
    world.kill();
    expect(await world.readMark()).toEqual(mark);
    world.is_stalled = false;
    world.start();
    await vi.waitFor(() => expect(world.listTexts()).toHaveLength(21), WAIT);
  });

  it('No event of a connector holds a text or a secret', async () => {
    const { world, stub } = await follow();
    await stub.post({ id: 'p1', text: 'a private text', author });
    for (const fault of stub.faults.filter((name) => name !== 'forget' && name !== 'silence')) {
      await stub.play(fault);
    }
    await stub.post({ id: 'p2', text: 'another private text', author });
    await vi.waitFor(() => expect(world.events.length).toBeGreaterThan(1), WAIT);
    const told = JSON.stringify([world.events, await world.readMark()]);
    expect(told).not.toContain('private');
    for (const secret of Object.values(secrets ?? {})) expect(told).not.toContain(secret);
  });
}
