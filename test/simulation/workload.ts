import type { PublishOutcome } from '../../ingest/index.ts';
import { createPublisher, type Publisher } from '../../ingest/publisher.ts';
import type { Random } from '../support/random.ts';
import { Violation } from './checks/violation.ts';
import { createGenerator } from './generator.ts';
import type { Jobs } from './jobs.ts';
import type { LateText } from './operators.ts';
import { type Stored, textKey } from './services.ts';
import { type Claim, type Entry, MADE_ID, type RecordSpec, type Specs } from './specs.ts';
import type { SimulatedStream } from './stream.ts';
import type { World } from './world.ts';

export interface WorkloadReport {
  /** Checks of acknowledged entries against the stream, in the words of their producers. */
  done: boolean;
}

export interface WorkloadOptions {
  world: World;
  stored: Stored;
  stream: SimulatedStream;
  specs: Specs;
  jobs: Jobs;
  records: number;
  late_texts: LateText[];
  /** The texts that records claim, by tenant and hash. */
  claims: Map<string, Claim>;
  /** Tells operators how to repair bytes that are not a valid record. */
  onRepairable: (bytes: Buffer, repaired: Buffer) => void;
}

const PRODUCERS = 3;

/**
 * Starts producers and jobs. Each producer publishes a share of the records with the product's
 * publisher.
 */
export function startWorkload(options: WorkloadOptions): WorkloadReport {
  const { world, records, jobs } = options;
  const report: WorkloadReport = { done: false };
  const repeats = world.random.pick([0, 0.6, 0.95]);
  const shared_versions = new Map<string, number>();
  let running = PRODUCERS;
  const job_count = world.random.pick([0, 4, 12]);
  const onDone = () => {
    running -= 1;
    report.done = running === 0;
  };
  for (let i = 0; i < job_count; i += 1) {
    const random = world.random.fork();
    running += 1;
    world.scheduler.after(random.int(5_000), 'job starts', () => {
      jobs.start(random, `${i}`);
      onDone();
    });
  }
  for (let i = 0; i < PRODUCERS; i += 1) {
    const share = Math.floor(records / PRODUCERS) + (i < records % PRODUCERS ? 1 : 0);
    const random = world.random.fork();
    const generate = createGenerator({
      random,
      name: `p${i}`,
      repeats,
      shared_versions,
      claim: (...of) => placeText(options, random, ...of),
      foreign_job: () => {
        const job = jobs.pick(random);
        return job;
      },
    });
    produce(options, share, generate)
      .catch((error: unknown) => world.scheduler.fail(error))
      .finally(onDone);
  }
  return report;
}

/** Puts the text of a record on S3, or leaves it out, or puts it where it cannot be found. */
function placeText(
  { stored, late_texts, claims }: WorkloadOptions,
  random: Random,
  tenant: string,
  text: string,
  sha256: string,
): RecordSpec['claim'] {
  const kind = random.int(10);
  const key = textKey(tenant, sha256);
  // Records with the same text share its place in the store.
  const known = claims.get(key);
  if (known !== undefined) return known;
  const is_there = kind < 6 || stored.texts.get(key) === text;
  const claim: Claim = { sha256, put_at: is_there ? 0 : undefined };
  claims.set(key, claim);
  if (is_there) {
    stored.texts.set(key, text);
    return claim;
  }
  late_texts.push({ tenant, text, claim });
  const of_other = textKey(tenant === 'other' ? 'default' : 'other', sha256);
  if (kind === 6 && !claims.has(of_other)) stored.texts.set(of_other, text);
  if (kind === 7) stored.texts.set(key, `${text} that was changed`);
  return claim;
}

async function produce(
  options: WorkloadOptions,
  records: number,
  generate: () => Entry[],
): Promise<void> {
  const { world, specs, onRepairable } = options;
  const random = world.random.fork();
  const { publisher, patience } = createWorldPublisher(options);
  const sent: Promise<void>[] = [];
  // A check that fails ends the run at once, while the producer may still sleep.
  const watch = (work: Promise<void>) => {
    work.catch((error: unknown) => world.scheduler.fail(error));
    sent.push(work);
  };
  let entries = 0;
  let list: Entry[] = [];
  for (let made = 0; made < records; made += 1) {
    for (const entry of generate()) {
      entries += 1;
      specs.add(entry);
      for (const spec of entry.specs) {
        if (spec.kind === 'poison' && spec.repaired !== undefined) addRepair(entry, onRepairable);
      }
      if (entry.bytes === undefined && random.chance(0.3)) list.push(entry);
      else watch(publish(options, publisher, entry, patience));
    }
    if (list.length > 0 && random.chance(0.05)) {
      watch(publishList(options, publisher, list, patience));
      list = [];
    }
    if (random.chance(0.05)) await world.scheduler.sleep(random.int(1_000), 'producer idles');
  }
  watch(publishList(options, publisher, list, patience));
  await Promise.all(sent);
  await publisher.close();
  const { accepted, failed, refused } = publisher.stats();
  if (accepted + failed + refused !== entries)
    throw new Violation(`The publisher counts ${accepted + failed + refused} of ${entries}`);
}

function addRepair(entry: Entry, onRepairable: WorkloadOptions['onRepairable']): void {
  for (const [i, spec] of entry.specs.entries()) {
    if (spec.kind !== 'poison' || spec.repaired === undefined || entry.bytes === undefined)
      continue;
    onRepairable(entry.subs?.[i]?.data ?? entry.bytes, spec.repaired.bytes);
  }
}

async function publish(
  options: WorkloadOptions,
  publisher: Publisher,
  entry: Entry,
  patience: number,
): Promise<void> {
  const outcome =
    entry.bytes === undefined
      ? await publisher.publish(entry.record)
      : await publisher.publishBytes(entry.bytes, entry.partition_key);
  checkOutcome(options, entry, outcome, patience);
}

/** Publishes a list, and checks that its outcomes come in the order of the list. */
async function publishList(
  options: WorkloadOptions,
  publisher: Publisher,
  list: Entry[],
  patience: number,
): Promise<void> {
  let next = 0;
  const records = list.flatMap((entry) => (entry.bytes === undefined ? [entry.record] : []));
  for await (const outcome of publisher.publishAll(records)) {
    checkOutcome(options, list[next]!, outcome, patience);
    next += 1;
  }
  if (next !== list.length) throw new Violation(`${next} outcomes of ${list.length} records`);
}

/** Checks that an acknowledged entry is at the position that the publisher names. */
function checkOutcome(
  { stream }: WorkloadOptions,
  entry: Entry,
  outcome: PublishOutcome,
  patience: number,
): void {
  if (outcome.status === 'refused') throw new Violation(`Refused: ${outcome.reason}`);
  if (outcome.status === 'failed') {
    if (outcome.attempts > patience)
      throw new Violation(`${outcome.attempts} attempts, although only ${patience} are allowed`);
    return;
  }
  const { shard_id, sequence_number, record_id } = outcome;
  const found = stream.at(shard_id, sequence_number)?.data;
  const named = entry.bytes === undefined ? { ...entry.record, record_id } : undefined;
  const start = entry.bytes ?? Buffer.from(JSON.stringify(named).slice(0, -1));
  const is_there = entry.bytes
    ? found?.equals(start)
    : found?.subarray(0, start.length).equals(start);
  if (is_there !== true)
    throw new Violation(`Acknowledged at ${shard_id}:${sequence_number}, but not on the stream`);
}

/** Creates a publisher. Some publishers give up soon, and some have little memory. */
function createWorldPublisher({ world, stream }: WorkloadOptions) {
  const random = world.random.fork();
  const patience = random.pick([1, 2, 5, 1_000, 1_000]);
  let made = 0;
  const environment = world.environment('producer');
  const publisher = createPublisher({
    stream: stream.as(environment),
    linger_ms: 5,
    max_attempts: patience,
    max_pending_bytes: random.pick([3_000, 50_000, 1_000_000]),
    max_waiting_outcomes: random.pick([5, 1_000]),
    now: world.clockOf(environment),
    new_record_id: () => {
      made += 1;
      return `${MADE_ID}${environment.name}-${made}`;
    },
    pause: (attempt) =>
      world.scheduler.sleep(random.between(0, Math.min(5_000, 50 * 2 ** attempt)), 'pause'),
  });
  return { publisher, patience };
}
