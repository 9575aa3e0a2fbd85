import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCheckpointFiles } from '../../../ingest/connectors/stores/checkpoint-files.ts';
import { openLedgerFile } from '../../../ingest/connectors/stores/ledger-file.ts';
import { createFakeCheckpoints } from '../../fakes/checkpoints.ts';
import { createFakeLedger } from '../../fakes/connector-ledger.ts';
import { aLedgerEntry, describeCheckpoints, describeLedger } from '../suites/connector-stores.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'aurastream-connectors-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

function createClock() {
  let at = 1_000;
  return {
    now: () => at,
    setNow: (epoch_ms: number) => {
      at = epoch_ms;
    },
  };
}

describe('Checkpoints in files', () => {
  describeCheckpoints(async () => {
    const { now, setNow } = createClock();
    return { checkpoints: createCheckpointFiles(await mkdtemp(join(root, 'c-')), now), setNow };
  });

  it('Of many processes that take the lease at once, one gets it', async () => {
    const folder = await mkdtemp(join(root, 'c-'));
    const taken = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        createCheckpointFiles(folder, () => 1_000).take('c', { owner: `p${i}`, until: 2_000 }),
      ),
    );
    expect(taken.filter((checkpoint) => checkpoint !== undefined)).toHaveLength(1);
  });
});

describe('Checkpoints in memory', () => {
  describeCheckpoints(async () => {
    const { now, setNow } = createClock();
    return { checkpoints: createFakeCheckpoints(now), setNow };
  });
});

describe('A ledger in a file', () => {
  const open = (path: string, now = 1_000) =>
    openLedgerFile({ path, kept_ms: 10_000, now: () => now });
  describeLedger(async () => open(join(await mkdtemp(join(root, 'l-')), 'c.jsonl')));

  it('A ledger that is opened again has its entries, but for those that are too old', async () => {
    const path = join(await mkdtemp(join(root, 'l-')), 'c.jsonl');
    const ledger = await open(path);
    await ledger.note([aLedgerEntry(), aLedgerEntry({ record_id: 'x:2', first_at: 5_000 })]);
    await ledger.note([aLedgerEntry({ version: 11 })]);
    expect(await (await open(path, 10_500)).find(['x:1', 'x:2'])).toHaveLength(2);
    const later = await open(path, 12_000);
    expect((await later.find(['x:1', 'x:2'])).map(({ record_id }) => record_id)).toEqual(['x:2']);
  });
});

describe('A ledger in memory', () => {
  describeLedger(async () => createFakeLedger());
});
