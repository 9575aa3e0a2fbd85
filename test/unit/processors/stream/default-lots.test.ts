import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Analyse } from '../../../../processors/analysis/analysis.ts';
import { createConsumer } from '../../../../processors/stream/consumer.ts';
import { createRefusingStores } from '../../../fakes/refusing-stores.ts';
import { aBatchContext } from '../../../support/batch-context.ts';
import { memoryJobs } from '../../../support/jobs.ts';
import { kinesisRecords } from '../../../support/kinesis-event.ts';
import { restoreKey } from '../../../support/restored.ts';

const NOW = Date.UTC(2026, 10, 23, 10, 0, 2);
const EMPTY = { status: 'empty' } as const;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('a lot has 400 outcomes, or fewer after 250 ms without a new one', async () => {
  const stores = createRefusingStores();
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const analyse: Analyse = async function* (requests) {
    yield requests.map((request) => [request, EMPTY]);
    await ended;
  };
  const consume = createConsumer({
    ...stores,
    ...memoryJobs(),
    analyse,
    restoreKey,
    text_policy: 'full',
    now: () => NOW,
  });
  const records = Array.from({ length: 401 }, (_, i) => ({
    record_id: `r${i}`,
    source: 's',
    text: `${i}`,
  }));
  const consumed = consume(kinesisRecords(...records), aBatchContext());
  await vi.advanceTimersByTimeAsync(249);
  expect(stores.lines).toHaveLength(400);
  await vi.advanceTimersByTimeAsync(1);
  expect(stores.lines).toHaveLength(401);
  end();
  expect(await consumed).toMatchObject({ results: 401, failed: 0 });
});
