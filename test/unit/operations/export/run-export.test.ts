import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { UnreadableObjectError } from '../../../../insight/keeper/ports.ts';
import type { RunExportDeps } from '../../../../operations/export/run-export.ts';
import { exportSlice } from '../../../../operations/privacy/export-slice.ts';
import type { Slice } from '../../../../operations/privacy/handle-request.ts';
import {
  type ExportState,
  exportPartKey,
  exportStateSchema,
  isSignedExport,
  ServiceError,
  selects,
} from '../../../../schemas/index.ts';
import { kinesisRecord, kinesisRecords } from '../../../support/kinesis-event.ts';
import { RESTORE_KEY, restoreKey, setAsidesIn } from '../../../support/restored.ts';
import { aResult } from '../../../support/results.ts';

const NOW = Date.parse('2026-11-28T10:00:00Z');
const SELECTOR = { tenant: 'default', author: 'Ada' };
const REQUEST = {
  ...{ request_id: `export_${'0'.repeat(32)}`, kind: 'export' as const, tenant: 'default' },
  ...{ requested_at: '2026-11-28T09:59:00.000Z', dry_run: false },
};
const FIRST = 'results_raw/2026/11/27/06/1.gz';
const LAST = 'results_raw/2026/11/28/05/3.gz';
const BROKEN = 'results_raw/2026/11/28/05/2.gz';

const adasLines = (count: number, name: string) =>
  Array.from({ length: count }, (_, i) => {
    return aResult({ record_id: `${name}${i}`, author: i % 3 === 2 ? 'Bea' : 'Ada' });
  });

/** Objects of a bucket in memory, in the order of their keys. */
function createObjects(objects: Record<string, string>) {
  return {
    async *keys(prefix: string, after = '') {
      for (const key of Object.keys(objects).sort()) {
        if (key.startsWith(prefix) && key > after) yield key;
      }
    },
    read: async (key: string) => objects[key],
  };
}

/** Creates the stores of a deployment, and those of the export. */
function createWorld(change: Partial<RunExportDeps> = {}) {
  const rows = adasLines(10, 'row');
  const raw: Record<string, ReturnType<typeof adasLines>> = {
    [FIRST]: adasLines(7, 'first'),
    [BROKEN]: [],
    [LAST]: adasLines(5, 'last'),
  };
  const [invalid] = setAsidesIn(kinesisRecords({ source: 'shop', text: 7, author: 'Ada' }));
  const failed = kinesisRecord({ record_id: 'f', source: 'shop', text: 'Hi', author: 'Ada' }, 1);
  const report = { payload: JSON.stringify({ Records: [failed] }) };
  const files = new Map<string, Buffer>();
  const states = new Map<string, string>();
  const world = { erased_at: undefined as number | undefined };
  const deps: RunExportDeps = {
    rows: {
      async page(selection, after = '0') {
        const from = Number(after);
        const next = from + 3 < rows.length ? String(from + 3) : undefined;
        return { rows: rows.slice(from, from + 3).filter((row) => selects(selection, row)), next };
      },
    },
    raw: {
      days: async () => ['2026-11-27', '2026-11-28'],
      async *keys(hour) {
        yield* Object.keys(raw)
          .filter((key) => key.includes(hour))
          .sort();
      },
      async *lines(key) {
        if (key === BROKEN) throw new UnreadableObjectError('No lines');
        yield* raw[key] ?? [];
      },
    },
    set_asides: createObjects({ 'set-asides/1.json': JSON.stringify(invalid) }),
    failures: createObjects({ 'aws/lambda/1': wrapReport(report) }),
    restoreKey,
    store: {
      async readState(tenant, export_id) {
        const text = states.get(`${tenant}/${export_id}`);
        return text === undefined ? undefined : exportStateSchema.parse(JSON.parse(text));
      },
      writeState: async (tenant, state) =>
        void states.set(`${tenant}/${state.export_id}`, JSON.stringify(state)),
      writePart: async (key, body) => void files.set(key, body),
      async deleteParts(prefix) {
        for (const key of [...files.keys()]) if (key.startsWith(prefix)) files.delete(key);
      },
      readErasedAt: async () => world.erased_at,
    },
    now: () => NOW,
    isTimeUp: () => false,
    ...change,
  };
  const slice = (more: Partial<RunExportDeps> = {}): Promise<Slice> =>
    exportSlice({ ...deps, ...more, export_days: 7 }, { request: REQUEST, selector: SELECTOR });
  const readState = (): ExportState =>
    exportStateSchema.parse(JSON.parse(states.get(`default/${REQUEST.request_id}`) ?? '{}'));
  const readParts = () =>
    readState().parts.map((part) => {
      const id = { tenant: 'default', export_id: REQUEST.request_id };
      const body = files.get(exportPartKey(id, part)) ?? Buffer.alloc(0);
      return { ...part, key: exportPartKey(id, part), body };
    });
  return { world, deps, files, states, slice, readState, readParts };
}

function wrapReport(report: object): string {
  return JSON.stringify({
    ...{ timestamp: '2026-11-28T00:00:00Z', ...report },
    requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3 },
    KinesisBatchInfo: { shardId: 's', batchSize: 1 },
  });
}

type World = ReturnType<typeof createWorld>;
const listLines = ({ readParts }: World) =>
  readParts().flatMap(({ body }) => body.toString().split('\n').slice(0, -1));

/** The lines of an export that was never interrupted. */
async function exportAtOnce(): Promise<string[]> {
  const whole = createWorld();
  expect(await whole.slice()).toMatchObject({ status: 'done' });
  return listLines(whole);
}

it('an export that ends after each place has the same lines, in the same order, as one that is never interrupted', async () => {
  const world = createWorld({ isTimeUp: () => true });
  const statuses: string[] = [];
  while (statuses.at(-1) !== 'done') statuses.push((await world.slice()).status);
  expect(statuses.length).toBeGreaterThan(15);
  expect(new Set(statuses)).toEqual(new Set(['again', 'done']));
  const lines = listLines(world);
  expect(lines).toEqual(await exportAtOnce());
  expect(lines).toHaveLength(7 + 5 + 4 + 1 + 1);
  expect(world.readState().lines).toEqual({
    ...{ results_table: 7, lake_raw: 9, set_asides: 1, failures: 1 },
  });
});

it('an export that crashes at any call to its store goes on without a doubled or a lost line', async () => {
  const whole = await exportAtOnce();
  for (let crash_at = 1; ; crash_at += 1) {
    const world = createWorld({ part_bytes: 1 });
    let calls = 0;
    const crash = <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) => {
      return async (...args: Args) => {
        const answer = await call(...args);
        calls += 1;
        if (calls === crash_at) throw new ServiceError('s3', 'Away', { retryable: true });
        return answer;
      };
    };
    const { store } = world.deps;
    const crashing = {
      ...store,
      writePart: crash(store.writePart),
      writeState: crash(store.writeState),
    };
    const first = await world.slice({ store: crashing }).catch(() => undefined);
    expect(await world.slice()).toMatchObject({ status: 'done' });
    expect(listLines(world), `crash ${crash_at}`).toEqual(whole);
    if (first !== undefined) break;
  }
});

it('the signed report has each part with its number, lines, bytes and SHA-256, and no name of a person', async () => {
  const world = createWorld({ part_bytes: 400 });
  expect(await world.slice()).toMatchObject({ status: 'done', counts: { results_table: 7 } });
  const { signed, selector } = world.readState();
  if (signed === undefined) throw new Error('Expected a report');
  expect(isSignedExport(signed, RESTORE_KEY)).toBe(true);
  const changed = { ...signed.report, parts: signed.report.parts.slice(1) };
  expect(isSignedExport({ ...signed, report: changed }, RESTORE_KEY)).toBe(false);
  expect(signed.report).toMatchObject({
    ...{ export_id: REQUEST.request_id, requested_at: REQUEST.requested_at, unreadable: 1 },
  });
  const parts = world.readParts();
  expect(parts.length).toBeGreaterThan(5);
  expect(signed.report.parts).toEqual(
    parts.map(({ body }, i) => ({
      ...{ number: i + 1, bytes: body.length, lines: body.toString().split('\n').length - 1 },
      sha256: createHash('sha256').update(body).digest('hex'),
    })),
  );
  expect(JSON.stringify([selector, signed])).not.toContain('Ada');
  const { begun_at, expires_at } = world.readState();
  expect(expires_at - begun_at).toBe(7 * 86_400_000);
});

it('a part ends after a minute, so that a crash repeats no more', async () => {
  let now = NOW;
  const world = createWorld({ now: () => (now += 20_000) });
  expect((await world.slice()).status).toBe('done');
  expect(world.readState().parts.length).toBeGreaterThan(2);
  expect(listLines(world)).toEqual(await exportAtOnce());
});

it('an export that is delivered again when it is done writes nothing, and has the same report', async () => {
  const world = createWorld();
  const first = await world.slice();
  const { signed } = world.readState();
  world.files.clear();
  expect(await world.slice()).toEqual(first);
  expect(world.files.size).toBe(0);
  expect(world.readState().signed).toEqual(signed);
});

it('an export whose tenant erases records while it writes a part deletes all its files and fails', async () => {
  const world = createWorld({ part_bytes: 1 });
  const { store } = world.deps;
  let parts = 0;
  const failed = await world.slice({
    store: {
      ...store,
      async writePart(key, body) {
        await store.writePart(key, body);
        parts += 1;
        // The erasure has listed the files before this one was there.
        if (parts === 3) world.world.erased_at = NOW + 1;
      },
    },
  });
  expect(failed).toEqual({ status: 'failed', reason: 'erased' });
  expect(parts).toBe(3);
  expect(world.files.size).toBe(0);
  expect(await world.slice()).toEqual({ status: 'failed', reason: 'erased' });
});

it('an export that begins after an erasure is written', async () => {
  const world = createWorld();
  world.world.erased_at = NOW - 1;
  expect((await world.slice()).status).toBe('done');
});
