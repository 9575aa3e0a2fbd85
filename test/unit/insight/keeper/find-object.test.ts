import { expect, it } from 'vitest';
import { findMissed } from '../../../../insight/keeper/find-missed.ts';
import { findObject } from '../../../../insight/keeper/find-object.ts';
import { type RawLine, UnreadableObjectError } from '../../../../insight/keeper/ports.ts';
import { createFakeManifest } from '../../../fakes/keeper-stores.ts';

const NOW = Date.UTC(2026, 10, 27, 12, 30);
const KEY = 'results_raw/2026/11/27/11/a.gz';
const aLine = (fields: Partial<RawLine> = {}): RawLine => ({
  ...{ tenant: 't', source: 's', record_id: 'r', status: 'analyzed', revision: 1 },
  first_created_at: '2026-11-27T11:00:00.000Z',
  ...fields,
});

function createWorld(objects: Record<string, RawLine[]>) {
  const now = () => NOW;
  const stores = createFakeManifest(now);
  const listed: string[] = [];
  const deps = {
    ...{ manifest: stores.manifest, now },
    raw: {
      async *lines(key: string) {
        yield* objects[key] ?? [];
      },
      days: async () => [],
      size: async (key: string) => (objects[key] === undefined ? undefined : 77),
      async *keys(hour: string) {
        listed.push(hour);
        yield* Object.keys(objects).filter((key) => key.includes(`/${hour}/`));
      },
      blank: async () => {},
    },
  };
  return { ...stores, deps, listed };
}

it.each<[string, string, RawLine[] | undefined]>([
  ['added', KEY, [aLine()]],
  ['empty', KEY, [aLine({ revision: undefined })]],
  ['empty', KEY, []],
  ['ignored', 'query-results/a.csv', [aLine()]],
  ['gone', KEY, undefined],
  ['unreadable', KEY, [aLine({ first_created_at: 'yesterday' })]],
  ['unreadable', KEY, [aLine({ first_created_at: 'on 2026-11-27' })]],
])('an object is "%s": %s', async (expected, key, lines) => {
  const { deps } = createWorld(lines === undefined ? {} : { [key]: lines });
  expect(await findObject(deps, key)).toBe(expected);
});

it('an object that waits or has been merged is known, and is not read again', async () => {
  const { deps, merged } = createWorld({ [KEY]: [aLine()] });
  expect(await findObject(deps, KEY)).toBe('added');
  expect(await findObject(deps, KEY)).toBe('known');
  const empty = KEY.replace('a.gz', 'b.gz');
  merged.add(empty);
  expect(await findObject(deps, empty)).toBe('known');
});

it('an object with nothing to merge is noted as merged', async () => {
  const { deps, merged, waiting } = createWorld({ [KEY]: [aLine({ revision: undefined })] });
  await findObject(deps, KEY);
  expect([...merged]).toEqual([KEY]);
  expect(waiting.size).toBe(0);
});

it.each<[string, Partial<RawLine>, { unseen: boolean; has_withdrawals: boolean }]>([
  ['a verdict', {}, { unseen: false, has_withdrawals: false }],
  ['a withdrawal', { status: 'withdrawn' }, { unseen: false, has_withdrawals: true }],
  [
    'a withdrawal without a row',
    { status: 'withdrawn', first_created_at: undefined },
    { unseen: true, has_withdrawals: false },
  ],
  [
    'a line without first_created_at that withdraws nothing',
    { first_created_at: undefined },
    { unseen: false, has_withdrawals: false },
  ],
])('%s is noted as it must be for the night', async (_, fields, expected) => {
  const { deps, manifest, waiting } = createWorld({
    [KEY]: [aLine({ record_id: 'q' }), aLine(fields)],
  });
  await findObject(deps, KEY);
  expect(await manifest.readTime('unseen_withdrawn')).toBe(expected.unseen ? NOW : 0);
  expect(waiting.get(KEY)?.has_withdrawals).toBe(expected.has_withdrawals);
});

it('a failure of S3 is no unreadable object', async () => {
  const { deps } = createWorld({ [KEY]: [aLine()] });
  const failing = (error: Error) => ({
    ...deps,
    raw: {
      ...deps.raw,
      // biome-ignore lint/correctness/useYield: the object fails at once
      async *lines() {
        throw error;
      },
    },
  });
  await expect(findObject(failing(new Error('S3 is down')), KEY)).rejects.toThrow('S3 is down');
  expect(await findObject(failing(new UnreadableObjectError('no gzip')), KEY)).toBe('unreadable');
});

it('the objects of this hour and of the 49 hours before are listed, and those that are new are counted', async () => {
  const { deps, listed } = createWorld({
    'results_raw/2026/11/25/11/first.gz': [aLine()],
    'results_raw/2026/11/27/12/last.gz': [aLine()],
    'results_raw/2026/11/27/12/empty.gz': [],
  });
  expect(await findMissed(deps)).toBe(2);
  expect(listed).toHaveLength(50);
  expect([listed[0], listed.at(-1)]).toEqual(['2026/11/25/11', '2026/11/27/12']);
  expect(await findMissed(deps)).toBe(0);
});
