import { createCount } from '../../../insight/counts/count.ts';
import { changeEventSchema } from '../../../schemas/index.ts';
import { createFakeCountsStore, type FakeCountsStoreOptions } from '../../fakes/counts-store.ts';
import { createOutage, type Network } from '../../fakes/network.ts';
import type { Random } from '../../support/random.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Shard } from './stream.ts';

export interface CountsWorld {
  scheduler: Scheduler;
  random: Random;
  /** Whether calls and invocations no longer fail. */
  isFaultFree(): boolean;
  store: Pick<FakeCountsStoreOptions, 'rows' | 'onAdd'>;
  /** How often each kind of fault happened. */
  faults: Record<string, number>;
}

const POLL_MS = 50;
const MAX_BATCH = 12;
const TIMEOUT_MS = 100;

/**
 * Reads a shard as Lambda does: a batch of any size from the checkpoint on, which moves only after an
 * invocation has answered. Ends when the shard is closed and each record is processed.
 */
export async function readShard(world: CountsWorld, shard: Shard): Promise<void> {
  const { scheduler, random } = world;
  for (;;) {
    await scheduler.sleep(random.int(POLL_MS), 'poll');
    if (isDone(shard)) return;
    const batch = shard.records.slice(
      shard.checkpoint,
      shard.checkpoint + 1 + random.int(MAX_BATCH),
    );
    if (batch.length === 0) continue;
    const answer = await invoke(world, shard.shard_id, batch);
    if (answer === 'dead') continue;
    const failed = batch.findIndex((record) => sequenceNumberOf(record) === answer.failed_from);
    shard.checkpoint += failed === -1 ? batch.length : failed;
  }
}

function isDone({ is_closed, checkpoint, records }: Shard): boolean {
  return is_closed && checkpoint === records.length;
}

function sequenceNumberOf(record: object): string {
  return (record as { dynamodb: { SequenceNumber: string } }).dynamodb.SequenceNumber;
}

/**
 * Runs one invocation. A dead invocation stops between two calls; a zombie goes on although Lambda
 * has given it up and starts the next.
 */
async function invoke(world: CountsWorld, shardId: string, batch: object[]) {
  const { scheduler, random } = world;
  const state = { is_stopped: false };
  const store = createFakeCountsStore({ ...world.store, network: createNetwork(world, state) });
  const event = changeEventSchema.parse({ Records: batch, shardId, window: {}, state: {} });
  const counted = createCount(store)(event).catch((error: unknown) => {
    scheduler.fail(error);
    return 'dead' as const;
  });
  const outcomes: Promise<Awaited<typeof counted> | 'dead'>[] = [counted];
  if (!world.isFaultFree() && random.chance(0.2)) {
    const is_zombie = random.chance(0.5);
    const given_up = scheduler.sleep(random.int(TIMEOUT_MS), 'give up').then(() => {
      state.is_stopped = !is_zombie;
      return 'dead' as const;
    });
    outcomes.push(given_up);
  }
  const outcome = await Promise.race(outcomes);
  if (outcome === 'dead') note(world, 'invocation given up');
  return outcome;
}

function createNetwork(world: CountsWorld, state: { is_stopped: boolean }): Network {
  const { scheduler, random } = world;
  const wait = async () => {
    await scheduler.sleep(random.chance(0.02) ? random.int(2_000) : random.int(20), 'way');
    // A dead invocation never goes on.
    if (state.is_stopped) await new Promise(() => undefined);
  };
  return {
    failsAlone: () => false,
    async call(_, effect) {
      await wait();
      const draw = world.isFaultFree() ? 1 : random.next();
      if (draw < 0.03) {
        note(world, 'call failed');
        throw createOutage('dynamodb');
      }
      let value = await effect();
      await wait();
      if (draw < 0.06) {
        note(world, 'answer lost');
        throw createOutage('dynamodb');
      }
      if (draw < 0.09) {
        // The SDK repeats a call whose answer was lost.
        note(world, 'call repeated');
        value = await effect();
        await wait();
      }
      return value;
    },
  };
}

function note({ faults }: CountsWorld, fault: string): void {
  faults[fault] = (faults[fault] ?? 0) + 1;
}
