import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check, type Verdict } from '../../chaos/check.ts';
import type { PublishedEntry } from '../../chaos/produce.ts';
import type { Found } from '../../chaos/stores.ts';
import { createGenerator } from '../../support/generated.ts';
import { createRandom, type Random } from '../../support/random.ts';

const keyOf = (of: { tenant: string; record_id: string; record_version: number }) =>
  `${of.tenant}#${of.record_id}#${of.record_version}`;

/** Published entries, and stores that hold the correct outcome of each. */
function perfectWorld(seed: number): { published: PublishedEntry[]; found: Found } {
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
  const found: Found = {
    rows: [],
    view: [],
    lake: new Set(),
    set_asides: new Map(),
    given_up: new Set(),
  };
  const rows = new Map<string, Found['rows'][number]>();
  for (const { specs, bytes } of published) {
    for (const spec of specs) {
      if (spec.kind === 'poison') {
        found.set_asides.set(bytes.toString('latin1'), spec.reason);
        continue;
      }
      const { tenant, record_id, record_version, status } = spec;
      const there = rows.get(`${tenant}#${record_id}`);
      if (there === undefined || there.record_version < record_version) {
        rows.set(`${tenant}#${record_id}`, { tenant, record_id, record_version, status });
      }
      found.lake.add(keyOf(spec));
    }
  }
  found.rows = [...rows.values()];
  found.view = [...found.lake];
  return { published, found };
}

const acceptVerdict = () => undefined;
const count = ({ lost, doubled, wrong }: Verdict) => ({ lost, doubled, wrong });
const NONE = { lost: 0, doubled: 0, wrong: 0 };

/** Defects of the stores, each with the count that the checker must raise. */
const BUGS: Record<
  string,
  { does: (found: Found, random: Random) => void; says: keyof typeof NONE }
> = {
  'a row is missing': {
    does: ({ rows }, random) => void rows.splice(random.int(rows.length), 1),
    says: 'lost',
  },
  'a line of the lake is missing': {
    does: ({ lake }, random) => void lake.delete(random.pick([...lake])),
    says: 'lost',
  },
  'a set-aside is missing': {
    does: ({ set_asides }, random) => void set_asides.delete(random.pick([...set_asides.keys()])),
    says: 'lost',
  },
  'a set-aside has another reason': {
    does: ({ set_asides }, random) =>
      void set_asides.set(random.pick([...set_asides.keys()]), 'another'),
    says: 'lost',
  },
  'a row is stored twice': {
    does: ({ rows }, random) => void rows.push({ ...random.pick(rows) }),
    says: 'doubled',
  },
  'a row belongs to no published record': {
    does: ({ rows }, random) => void rows.push({ ...random.pick(rows), record_id: 'c0-ghost' }),
    says: 'doubled',
  },
  'the view has a record twice': {
    does: ({ view }, random) => void view.push(random.pick(view)),
    says: 'doubled',
  },
  'an old version has replaced a newer one': {
    does: ({ rows }, random) => {
      const row = random.pick(rows.filter(({ record_version }) => record_version > 0));
      row.record_version -= 1;
    },
    says: 'wrong',
  },
  'a result has another status': {
    does: ({ rows }, random) => {
      random.pick(rows).status = 'another';
    },
    says: 'wrong',
  },
};

describe('the checker of the chaos suite', () => {
  it('The chaos checker finds nothing wrong in correct stores', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { published, found } = perfectWorld(seed);
        const verdict = check(published, found, acceptVerdict);
        expect({ ...count(verdict), findings: verdict.findings }).toEqual({
          ...NONE,
          findings: [],
        });
        expect(verdict.results + verdict.set_asides).toBe(verdict.acknowledged);
      }),
      { numRuns: 30 },
    );
  });

  it.each(Object.entries(BUGS))('The chaos checker finds that %s', (_, { does, says }) => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { published, found } = perfectWorld(seed);
        does(found, createRandom(seed));
        const verdict = check(published, found, acceptVerdict);
        expect(verdict[says], verdict.findings.join('; ')).toBeGreaterThan(0);
        expect(verdict.findings.join()).not.toContain('#r');
      }),
      { numRuns: 30 },
    );
  });

  it('The chaos checker finds a row with the verdict of another text', () => {
    const { published, found } = perfectWorld(1);
    const swapped = found.rows[7]!;
    const verdict = check(published, found, (_, row) => (row === swapped ? 'another' : undefined));
    expect(count(verdict)).toEqual({ ...NONE, wrong: 1 });
  });

  it('The chaos checker counts records that Lambda gave up on as failed, not as lost', () => {
    const { published, found } = perfectWorld(2);
    const given_up = published.find(({ specs }) => specs[0]!.kind === 'poison')!;
    const data = given_up.bytes.toString('latin1');
    found.set_asides.delete(data);
    expect(check(published, found, acceptVerdict).lost).toBe(1);
    found.given_up.add(data);
    expect(check(published, found, acceptVerdict)).toMatchObject({ ...NONE, failed: 1 });
  });

  it('The chaos checker expects no outcome for entries that were not acknowledged', () => {
    const { published, found } = perfectWorld(3);
    published.push({
      specs: [{ kind: 'poison', reason: 'invalid_json' }],
      bytes: Buffer.from('never arrived'),
      acknowledged: false,
    });
    expect(count(check(published, found, acceptVerdict))).toEqual(NONE);
  });
});
