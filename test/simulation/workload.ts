import { createPublisher } from '../../ingest/publisher.ts';
import { createGenerator, type Generated, type Spec } from '../support/generated.ts';
import type { Jobs } from './jobs.ts';
import { versionKey } from './services.ts';
import type { SimulatedStream } from './stream.ts';
import type { World } from './world.ts';

/**
 * The expected outcomes of each stream entry. Each key is the content of an entry. Entries with the
 * same content have the same expected outcomes.
 */
export type Specs = Map<string, Spec[]>;

export function specKey(data: Uint8Array): string {
  return Buffer.from(data).toString('latin1');
}

export interface WorkloadReport {
  /** Keys of the acknowledged versions of records. See {@link versionKey}. */
  acknowledged: Set<string>;
  done: boolean;
}

export interface WorkloadOptions {
  world: World;
  stream: SimulatedStream;
  specs: Specs;
  records: number;
  jobs: Jobs;
}

const PRODUCERS = 3;

/**
 * Starts producers and jobs. Each producer publishes a share of the records with the product's
 * publisher.
 */
export function startWorkload(options: WorkloadOptions): WorkloadReport {
  const { world, records } = options;
  const report: WorkloadReport = { acknowledged: new Set(), done: false };
  const repeats = world.random.pick([0, 0.6, 0.95]);
  const jobs = world.random.pick([0, 4, 12]);
  let running = PRODUCERS + jobs;
  const endProducer = () => {
    running -= 1;
    report.done = running === 0;
  };
  for (let i = 0; i < jobs; i += 1) {
    submit(options, `${i}`, report)
      .catch((error: unknown) => world.scheduler.fail(error))
      .finally(endProducer);
  }
  for (let i = 0; i < PRODUCERS; i += 1) {
    const share = Math.floor(records / PRODUCERS) + (i < records % PRODUCERS ? 1 : 0);
    const generate = createGenerator({ random: world.random.fork(), name: `p${i}`, repeats });
    produce(options, share, generate, report)
      .catch((error: unknown) => world.scheduler.fail(error))
      .finally(endProducer);
  }
  return report;
}

async function produce(
  { world, stream, specs }: WorkloadOptions,
  records: number,
  generate: () => Generated[],
  report: WorkloadReport,
): Promise<void> {
  const random = world.random.fork();
  const publisher = createWorldPublisher(world, stream, 'producer');
  const sent: Promise<void>[] = [];
  for (let made = 0; made < records; made += 1) {
    for (const generated of generate()) {
      const bytes =
        'bytes' in generated ? generated.bytes : Buffer.from(JSON.stringify(generated.record));
      specs.set(specKey(bytes), generated.specs);
      const publishing =
        'bytes' in generated
          ? publisher.publishBytes(bytes, generated.partition_key)
          : publisher.publish(generated.record);
      sent.push(
        publishing.then(({ status }) => {
          if (status !== 'accepted') return;
          for (const spec of generated.specs) {
            if (spec.kind === 'record') report.acknowledged.add(versionKey(spec));
          }
        }),
      );
    }
    if (random.chance(0.05)) await world.scheduler.sleep(random.int(1_000), 'producer idles');
  }
  await publisher.close();
  await Promise.all(sent);
}

/**
 * Publishes the records of a job. Some records are published twice, as a resumed submission does.
 */
async function submit(
  { world, stream, specs, jobs }: WorkloadOptions,
  name: string,
  report: WorkloadReport,
): Promise<void> {
  const random = world.random.fork();
  await world.scheduler.sleep(random.int(3_000), 'before the job');
  const { job, records } = jobs.start(random, name);
  const publisher = createWorldPublisher(world, stream, 'submission');
  const sent: Promise<void>[] = [];
  for (const { record, spec } of records) {
    specs.set(specKey(Buffer.from(JSON.stringify(record))), [spec]);
    for (let times = random.chance(0.05) ? 2 : 1; times > 0; times -= 1) {
      sent.push(
        publisher.publish(record).then(({ status }) => {
          if (status === 'accepted' && !job.cancelled) report.acknowledged.add(versionKey(spec));
        }),
      );
    }
    if (random.chance(0.01)) await world.scheduler.sleep(random.int(500), 'submission idles');
  }
  await publisher.close();
  await Promise.all(sent);
}

function createWorldPublisher(world: World, stream: SimulatedStream, name: string) {
  const random = world.random.fork();
  return createPublisher({
    stream: stream.as(world.environment(name)),
    linger_ms: 5,
    max_attempts: 1_000,
    pause: (attempt) =>
      world.scheduler.sleep(random.between(0, Math.min(5_000, 50 * 2 ** attempt)), 'pause'),
  });
}
