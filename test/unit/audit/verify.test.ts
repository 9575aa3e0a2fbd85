import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { recordAct } from '../../../audit/record-act.ts';
import { sealDays } from '../../../audit/seal.ts';
import { signJson } from '../../../audit/sign.ts';
import { verifyTrail } from '../../../audit/verify.ts';
import { createMemoryAuditStore, createTrail, readAuditKeys } from '../../support/audit-trail.ts';

const START = Date.parse('2026-11-20T09:00:00Z');
const DAY_MS = 86_400_000;
/** Three sealed days, and a fourth whose entries are not sealed yet. */
const NOW = START + 3 * DAY_MS;

let whole: Map<string, string>;

/** Builds the trail of two writers, of which one has an entry on each day. */
beforeAll(async () => {
  const store = createMemoryAuditStore();
  let now = START;
  const one = createTrail(store, () => now);
  const act = (trail: typeof one) => recordAct(trail, { act: 'query' }, async () => 1);
  for (const day of [0, 1, 2, 3]) {
    now = START + day * DAY_MS;
    void (await sealDays({ store, keys: readAuditKeys, now: () => now }));
    await act(one);
    await act(createTrail(store, () => now));
    await one.writer.write([]);
  }
  whole = store.objects;
});

function verify(objects: Map<string, string>, options: { since?: string; now?: number } = {}) {
  const store = createMemoryAuditStore();
  for (const [key, text] of objects) store.objects.set(key, text);
  return verifyStore(store, options);
}

function verifyStore(
  store: ReturnType<typeof createMemoryAuditStore>,
  { since, now = NOW }: { since?: string; now?: number } = {},
) {
  const deps = { store, keys: readAuditKeys, now: () => now, retention_days: 400 };
  return verifyTrail(deps, since);
}

const keysOf = (prefix: string) => [...whole.keys()].filter((key) => key.startsWith(prefix)).sort();
const places = ({ findings }: { findings: { place: string }[] }) =>
  findings.map(({ place }) => place);

it('a trail that was not touched has no findings', async () => {
  expect(await verify(whole)).toEqual({
    first_day: '2026-11-20',
    last_day: '2026-11-23',
    sealed_days: 3,
    objects: 16,
    lines: 16,
    findings: [],
  });
});

it('an empty trail has no findings', async () => {
  expect((await verify(new Map())).findings).toEqual([]);
});

it('a trail can be verified from any of its days', async () => {
  for (const since of ['2026-11-21', '2026-11-22', '2026-11-23']) {
    expect((await verify(whole, { since })).findings).toEqual([]);
  }
});

it('a change of any single byte of any object or manifest is found', async () => {
  const keys = [...whole.keys()];
  const anObject = fc.constantFrom(...keys);
  await fc.assert(
    fc.asyncProperty(anObject, fc.nat(), fc.integer({ min: 1, max: 255 }), async (key, at, by) => {
      const bytes = Buffer.from(whole.get(key)!);
      const index = at % bytes.length;
      bytes[index] = (bytes[index]! + by) % 256;
      const { findings } = await verify(new Map(whole).set(key, bytes.toString('latin1')));
      expect(findings.length).toBeGreaterThan(0);
      expect(findings.some(({ place }) => place.startsWith(key))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it('a byte that is added to or cut off any object or manifest is found', async () => {
  for (const [key, text] of whole) {
    for (const changed of [
      `${text}\n`,
      `${text} `,
      ` ${text}`,
      text.slice(0, -1),
      text.slice(1),
      '',
    ]) {
      const report = await verify(new Map(whole).set(key, changed));
      expect(places(report).some((place) => place.startsWith(key))).toBe(true);
    }
  }
});

it('a missing object of a sealed day is found, and a missing manifest', async () => {
  const sealed = [
    ...['20', '21', '22'].flatMap((day) => keysOf(`entries/2026/11/${day}/`)),
    ...keysOf('manifests/'),
  ];
  expect(sealed).toHaveLength(15);
  for (const key of sealed) {
    const rest = new Map(whole);
    void rest.delete(key);
    expect((await verify(rest)).findings.length, key).toBeGreaterThan(0);
  }
});

it('a missing object of a day that is not sealed is found if the writer wrote on after it', async () => {
  const today = keysOf('entries/2026/11/23/');
  for (const key of today) {
    const rest = new Map(whole);
    void rest.delete(key);
    const writer = key.split('/')[4]!;
    const is_last = today.filter((one) => one.includes(writer)).at(-1) === key;
    expect((await verify(rest)).findings.length > 0, key).toBe(!is_last);
  }
});

it('an object that was deleted or overwritten is found by its versions, also before the seal', async () => {
  for (const key of whole.keys()) {
    const deleted = createMemoryAuditStore();
    const overwritten = createMemoryAuditStore();
    for (const [one, text] of whole) {
      deleted.objects.set(one, text);
      overwritten.objects.set(one, text);
    }
    void deleted.deleted.add(key);
    void overwritten.versions.set(key, 2);
    expect(await verifyStore(deleted).then(places)).toContain(key);
    expect(await verifyStore(overwritten)).toMatchObject({
      findings: [{ place: key, problem: 'the object was overwritten' }],
    });
  }
});

it('two days that changed places are found', async () => {
  const swap = (key: string) =>
    key.replace(/\/(21|22)([/.])/, (_, day, end) => `/${day === '21' ? '22' : '21'}${end}`);
  const swapped = new Map([...whole].map(([key, text]) => [swap(key), text]));
  const report = await verify(swapped);
  expect(places(report)).toContain('manifests/2026/11/21.json');
  expect(report.findings.map(({ problem }) => problem)).toContain(
    'the object was moved: its lines belong to another key',
  );
});

it('lines that changed places within an object are found', async () => {
  const store = createMemoryAuditStore();
  const trail = createTrail(store, () => NOW);
  const entries = ['a', 'b'].map((id) => ({
    ...trail.caller,
    act: 'list_results' as const,
    phase: 'read' as const,
    act_id: crypto.randomUUID(),
    at: new Date(NOW).toISOString(),
    selectors: { id },
  }));
  await trail.writer.write(entries);
  const [[key, text] = ['', '']] = store.objects;
  expect((await verifyStore(store)).findings).toEqual([]);
  const [first, second] = text.trimEnd().split('\n');
  store.objects.set(key, `${second}\n${first}\n`);
  expect((await verifyStore(store)).findings.length).toBeGreaterThan(0);
  store.objects.set(key, `${second}\n`);
  expect((await verifyStore(store)).findings.length).toBeGreaterThan(0);
});

describe('a manifest that is forged', () => {
  const forge = (
    change: (manifest: Record<string, unknown>) => object,
    key: Buffer = Buffer.from('guess'),
  ) => {
    const place = 'manifests/2026/11/21.json';
    const { mac: _, ...manifest } = JSON.parse(whole.get(place)!);
    return new Map(whole).set(place, signJson(change(manifest), key).text);
  };

  it('is found without the key of the deployment', async () => {
    expect(await verify(forge((manifest) => manifest))).toMatchObject({
      findings: expect.arrayContaining([
        {
          place: 'manifests/2026/11/21.json',
          problem: 'the manifest was changed: its mac is wrong',
        },
      ]),
    });
  });

  it('is found with the key too, because the next manifest has the hash of the true one', async () => {
    const { manifest: key } = await readAuditKeys();
    const changed = forge(
      (manifest) => ({ ...manifest, sealed_at: '2026-11-22T02:00:00.000Z' }),
      key,
    );
    expect(places(await verify(changed))).toContain('manifests/2026/11/22.json');
  });
});

it('a past day that nothing has sealed is found four hours after its end', async () => {
  const late = Date.parse('2026-11-24T04:00:00Z');
  expect((await verify(whole, { now: late - 1 })).findings).toEqual([]);
  expect(places(await verify(whole, { now: late }))).toContain('manifests/2026/11/23.json');
});

it('entries that have expired are not missing, and their manifests still follow each other', async () => {
  const rest = new Map([...whole].filter(([key]) => !key.startsWith('entries/2026/11/20/')));
  const store = createMemoryAuditStore();
  for (const [key, text] of rest) store.objects.set(key, text);
  const deps = { store, keys: readAuditKeys, now: () => NOW, retention_days: 2 };
  expect((await verifyTrail(deps)).findings).toEqual([]);
});

it('an entry that is added to a sealed day is found', async () => {
  const store = createMemoryAuditStore();
  for (const [key, text] of whole) store.objects.set(key, text);
  await recordAct(
    createTrail(store, () => START + DAY_MS),
    { act: 'erase' },
    async () => 1,
  );
  expect((await verifyStore(store)).findings[0]?.problem).toBe(
    'the object is not in the manifest of its day',
  );
});
