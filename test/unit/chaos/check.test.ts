import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CheckReport, checkStores } from '../../chaos/check.ts';
import type { PublishedEntry } from '../../chaos/produce.ts';
import type { StoreContents } from '../../chaos/stores.ts';
import { createGenerator } from '../../support/generated.ts';
import { createRandom, type Random } from '../../support/random.ts';

const keyOf = (of: { tenant: string; record_id: string; record_version: number }) =>
  `${of.tenant}#${of.record_id}#${of.record_version}`;

/**
 * Creates published entries. Also creates stores that contain the correct outcome of each entry.
 */
function createCorrectStores(seed: number): { published: PublishedEntry[]; stores: StoreContents } {
  const random = createRandom(seed);
  const generate = createGenerator({ random, name: 'c0', repeats: 0.5 });
  const published: PublishedEntry[] = [];
  while (published.length < 200) {
    for (const generated of generate()) {
      const bytes =
        'bytes' in generated ? generated.bytes : Buffer.from(JSON.stringify(generated.record));
      published.push({ specs: generated.specs, bytes, acknowledged: true });
    }
  }
  const stores: StoreContents = {
    rows: [],
    view: [],
    lake: new Set(),
    set_asides: new Map(),
    given_up: new Set(),
  };
  const rows = new Map<string, StoreContents['rows'][number]>();
  for (const { specs, bytes } of published) {
    for (const spec of specs) {
      if (spec.kind === 'poison') {
        stores.set_asides.set(bytes.toString('latin1'), spec.reason);
        continue;
      }
      const { tenant, record_id, record_version, status } = spec;
      const there = rows.get(`${tenant}#${record_id}`);
      if (there === undefined || there.record_version < record_version) {
        rows.set(`${tenant}#${record_id}`, { tenant, record_id, record_version, status });
      }
      stores.lake.add(keyOf(spec));
    }
  }
  stores.rows = [...rows.values()];
  stores.view = [...stores.lake];
  return { published, stores };
}

const acceptVerdict = () => undefined;
const pickCounts = ({ lost, doubled, wrong }: CheckReport) => ({ lost, doubled, wrong });
const NONE = { lost: 0, doubled: 0, wrong: 0 };

/**
 * Defects of the stores. For each defect, `apply` damages the stores. The checker must then
 * increase the number that `count` names.
 */
const DEFECTS: Record<
  string,
  { apply: (stores: StoreContents, random: Random) => void; count: keyof typeof NONE }
> = {
  'a missing row': {
    apply: ({ rows }, random) => void rows.splice(random.int(rows.length), 1),
    count: 'lost',
  },
  'a missing line of the lake': {
    apply: ({ lake }, random) => void lake.delete(random.pick([...lake])),
    count: 'lost',
  },
  'a missing set-aside': {
    apply: ({ set_asides }, random) => void set_asides.delete(random.pick([...set_asides.keys()])),
    count: 'lost',
  },
  'a set-aside with another reason': {
    apply: ({ set_asides }, random) =>
      void set_asides.set(random.pick([...set_asides.keys()]), 'another'),
    count: 'lost',
  },
  'a duplicate row': {
    apply: ({ rows }, random) => void rows.push({ ...random.pick(rows) }),
    count: 'doubled',
  },
  'a row of a record that was never published': {
    apply: ({ rows }, random) =>
      void rows.push({ ...random.pick(rows), record_id: 'c0-unexpected' }),
    count: 'doubled',
  },
  'a duplicate line of the view': {
    apply: ({ view }, random) => void view.push(random.pick(view)),
    count: 'doubled',
  },
  'an old version over a newer one': {
    apply: ({ rows }, random) => {
      const row = random.pick(rows.filter(({ record_version }) => record_version > 0));
      row.record_version -= 1;
    },
    count: 'wrong',
  },
  'a result with another status': {
    apply: ({ rows }, random) => {
      random.pick(rows).status = 'another';
    },
    count: 'wrong',
  },
};

it('the chaos checker finds nothing in correct stores', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { published, stores } = createCorrectStores(seed);
      const report = checkStores(published, stores, acceptVerdict);
      expect({ ...pickCounts(report), findings: report.findings }).toEqual({
        ...NONE,
        findings: [],
      });
      expect(report.results + report.set_asides).toBe(report.acknowledged);
    }),
    { numRuns: 30 },
  );
});

it.each(Object.entries(DEFECTS))('the chaos checker finds %s', (_, { apply, count }) => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { published, stores } = createCorrectStores(seed);
      apply(stores, createRandom(seed));
      const report = checkStores(published, stores, acceptVerdict);
      expect(report[count], report.findings.join('; ')).toBeGreaterThan(0);
      expect(report.findings.join()).not.toContain('#r');
    }),
    { numRuns: 30 },
  );
});

it('the chaos checker finds a verdict that differs from the analyzer’s', () => {
  const { published, stores } = createCorrectStores(1);
  const swapped = stores.rows[7]!;
  const report = checkStores(published, stores, (_, row) =>
    row === swapped ? 'another' : undefined,
  );
  expect(pickCounts(report)).toEqual({ ...NONE, wrong: 1 });
});

it('the chaos checker counts a record that Lambda gave up on as failed, not as lost', () => {
  const { published, stores } = createCorrectStores(2);
  const given_up = published.find(({ specs }) => specs[0]!.kind === 'poison')!;
  const data = given_up.bytes.toString('latin1');
  stores.set_asides.delete(data);
  expect(checkStores(published, stores, acceptVerdict).lost).toBe(1);
  stores.given_up.add(data);
  expect(checkStores(published, stores, acceptVerdict)).toMatchObject({ ...NONE, failed: 1 });
});

it('the chaos checker does not miss a record that no producer got acknowledged', () => {
  const { published, stores } = createCorrectStores(3);
  published.push({
    specs: [{ kind: 'poison', reason: 'invalid_json' }],
    bytes: Buffer.from('never arrived'),
    acknowledged: false,
  });
  expect(pickCounts(checkStores(published, stores, acceptVerdict))).toEqual(NONE);
});
