import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudStatus } from '@aurastream/embedded-cloud';
import type { TestCloud } from '../support/cloud.ts';
import { produceLast } from './produce.ts';
import type { Storm } from './storm.ts';

const DRAIN_MS = 5 * 60_000;

/**
 * Waits until the cloud is idle and new records of each shard have their results. An idle cloud is
 * not enough, because Lambda may not have read the newest records yet. Once new records of a shard
 * have results, Lambda has read all earlier records of the shard.
 *
 * @param name part of the ids of the new records. Each drain of a storm needs another name.
 * @returns the number of shards that still have unread records after five minutes.
 */
export async function drain({ test, books }: Storm, name: string): Promise<number> {
  const until = performance.now() + DRAIN_MS;
  let waiting = await produceLast(test, name, books.entries);
  for (;;) {
    await test.control('POST', 'queues/release');
    const found = await test.results.getMany(
      waiting.map((record_id) => ({ tenant: 'default', source: name, record_id })),
    );
    const ids = new Set([...found.values()].map(({ record_id }) => record_id));
    waiting = waiting.filter((id) => !ids.has(id));
    const status = await readStatus(test);
    if (waiting.length === 0 && status.idle) break;
    if (performance.now() > until) return countUnfinishedShards(status);
    await sleep(500);
  }
  await flushLake(test);
  await waitForMerges(test, until);
  return 0;
}

/** Delivers the lines that Firehose has buffered. */
async function flushLake({ cloud }: TestCloud): Promise<void> {
  while ((await cloud.flush()).waiting > 0) await sleep(100);
}

/**
 * Waits until the keeper has merged every raw object. A message or an object that failed in the storm
 * waits for its next attempt, so messages are released and the schedules of the keeper are fired.
 */
async function waitForMerges(test: TestCloud, until: number): Promise<void> {
  while (!(await test.isLakeSettled()) && performance.now() < until) {
    await test.control('POST', 'queues/release');
    await test.control('POST', 'rules/fire');
    await sleep(500);
  }
}

export async function readStatus(test: TestCloud): Promise<CloudStatus> {
  return (await test.control('GET', 'status')) as CloudStatus;
}

function shardsOf({ mappings }: CloudStatus) {
  return mappings.flatMap((mapping) => ('shards' in mapping ? mapping.shards : []));
}

function countUnfinishedShards(status: CloudStatus): number {
  return Math.max(1, shardsOf(status).filter(({ unfinished }) => unfinished > 0).length);
}

export function countRedeliveries({ mappings }: CloudStatus): number {
  return mappings.reduce(
    (sum, { failed_invocations, partial_invocations }) =>
      sum + failed_invocations + partial_invocations,
    0,
  );
}
