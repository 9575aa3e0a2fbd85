import { createFakeLedger } from '../fakes/quota-ledger.ts';
import { type ConsumerFactoryDeps, createSimulatedConsumer } from './consumer.ts';
import { createJobs } from './jobs.ts';
import { createMapping } from './mapping.ts';
import type { Scheduler } from './scheduler.ts';
import type { Stored } from './services.ts';
import type { SimulatedStream } from './stream.ts';
import type { World } from './world.ts';

export interface ConsumersOptions extends Pick<ConsumerFactoryDeps, 'budgetOf'> {
  /** Called before each call of the analyzer. */
  onCall?: () => void;
  /** Called with the number of records of a batch that the mapping gave up on. */
  onGivenUp: (records: number) => void;
}

/** Connects consumers to the stream of a world without jobs, whose records are no aggregates. */
export function connectConsumers(
  world: World,
  stored: Stored,
  stream: SimulatedStream,
  { budgetOf, onCall = () => {}, onGivenUp }: ConsumersOptions,
) {
  const quota = createFakeLedger(world.calls_per_second);
  const jobs = createJobs({
    ...{ world, stored, stream, max_job_records: 1 },
    checker: () => {
      throw new Error('This world has no jobs');
    },
  });
  const watch = { onRow: () => {}, onLine: () => {}, onSetAside: () => {} };
  const deps = { world, stored, jobs, watch, quota, onCall };
  return createMapping({
    world,
    stream,
    newConsumer: () =>
      createSimulatedConsumer(budgetOf === undefined ? deps : { ...deps, budgetOf }),
    keysOf: ({ partition_key }) => [partition_key],
    onCheckpoint: () => {},
    onGivenUp: (_, records) => onGivenUp(records.length),
  });
}

const MAX_STEPS = 5_000_000;

/** Runs a world until `isDone()` returns true. */
export async function runUntil(scheduler: Scheduler, isDone: () => boolean): Promise<void> {
  await scheduler.run(isDone, MAX_STEPS);
  if (!isDone()) throw new Error('The world ended too early');
}
