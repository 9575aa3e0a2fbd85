import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionSpec } from '@aurastream/embedded-cloud';
import { bundle } from '../bundle.ts';
import { type BenchCloud, withCloud } from '../cloud.ts';
import { kinesisEvent, queueEvent } from '../events.ts';
import { type Figure, figure } from '../figures.ts';
import { withFolder } from '../folder.ts';
import { deployedFunctions, environmentOf, withFunction } from '../functions.ts';
import { writeInput } from '../input-file.ts';
import { putSubmittableJob } from '../jobs.ts';
import { withChild } from '../processes/child.ts';
import type { PublishedFile, PublishFileQuestion } from '../processes/publish-file.ts';
import { type StreamStandIn, withStreamStandIn } from '../stand-in.ts';
import type { Run, Suite } from '../suite.ts';

const MIB = 1_048_576;
/** Lambda's largest batch. Events of so many records are split by their 6 MB, so this is more than it ever hands over. */
const LARGEST_BATCH = 10_000;
/** Four times what the publisher itself lets wait: 64 MiB. */
const MOST_OF_A_PUBLISHER = 256 * MIB;

/**
 * The most memory that a process has had. The functions are their bundles, with a heap as large as their memory setting,
 * which is the goal; what they call is the embedded cloud, and a stream that answers at once. The file is published as
 * `aurastream ingest` does.
 */
export const memory: Suite = {
  name: 'memory',
  title: 'the most memory of the consumer, of the function that submits jobs, and of a producer',
  measure: (run) =>
    withStreamStandIn(run, async (stand_in) => [
      ...(await ofFunctions(run, stand_in)),
      ...(await ofProducer(run, stand_in)),
    ]),
};

function ofFunctions(run: Run, stand_in: StreamStandIn): Promise<Figure[]> {
  return withCloud(run, { comprehendQuotas: { BatchDetectSentiment: 100_000 } }, (cloud) =>
    withFolder(async (folder) => {
      const runner = bundle({ entry: 'bench/processes/function.ts' }, folder, 'runner');
      const bench: Bench = { run, cloud, stand_in, folder, runner };
      return [
        await ofConsumer(bench, run.quick ? 1_000 : LARGEST_BATCH),
        ...(await ofSubmission(bench, run.quick ? 20 : 1_000)),
      ];
    }),
  );
}

interface Bench {
  run: Run;
  cloud: BenchCloud;
  stand_in: StreamStandIn;
  folder: string;
  /** The bundle of processes/function.ts. */
  runner: string;
}

async function ofConsumer({ run, cloud, runner }: Bench, records: number): Promise<Figure> {
  run.say(`the consumer, ${records} records`);
  const { consumer: spec } = await deployedFunctions();
  // The quota is another figure: waiting for it takes time and no memory.
  const env = { ...limited(spec, cloud), COMPREHEND_CALLS_PER_SECOND: '10000' };
  const payload = JSON.stringify(kinesisEvent(recordsOf(records)));
  const options = { runner, module: spec.module, env, signal: run.signal };
  return withFunction(options, async ({ load, invoke }) => {
    await load();
    const { answer, peak_rss_bytes } = await invoke({ payload });
    if (answer !== '{"batchItemFailures":[]}') throw new Error('The consumer left records');
    return peak(run, `consumer.records_${records}`, peak_rss_bytes, spec.memory_mb * MIB);
  });
}

/** The template's variables, and a heap that ends where the function's memory does. */
function limited(spec: FunctionSpec, { endpoint }: BenchCloud): Record<string, string> {
  const env = environmentOf(spec, endpoint);
  return { ...env, NODE_OPTIONS: `${env.NODE_OPTIONS} --max-old-space-size=${spec.memory_mb}` };
}

function recordsOf(records: number): object[] {
  return Array.from({ length: records }, (_, i) => {
    // Two of five texts are new.
    const of = i % 5 < 2 ? i : i % 20;
    const text = `Text ${of}: `.padEnd(140, 'it was a long day, and I loved it. ');
    return { record_id: `memory-${i}`, text, source: 'bench' };
  });
}

async function ofSubmission(bench: Bench, megabytes: number): Promise<Figure[]> {
  const { run, cloud, stand_in, runner, folder } = bench;
  run.say(`the function that submits jobs, ${megabytes} MB`);
  const { submission: spec } = await deployedFunctions();
  const file = join(folder, 'job.jsonl');
  const { signal } = run;
  await writeInput(file, { bytes: megabytes * MIB, line_bytes: 4_000, signal });
  const { size: bytes } = await stat(file);
  const job_id = 'job_bench';
  await putSubmittableJob(cloud, job_id, { body: createReadStream(file), bytes });
  const env = { ...limited(spec, cloud), AWS_ENDPOINT_URL_KINESIS: stand_in.endpoint };
  const payload = JSON.stringify(queueEvent({ kind: 'resume', job_id }));
  return withFunction({ runner, module: spec.module, env, signal }, async ({ load, invoke }) => {
    await load();
    const { answer, peak_rss_bytes, times_ms } = await invoke({ payload });
    if (answer !== '{"batchItemFailures":[]}') throw new Error('The job was not submitted');
    return [
      peak(run, `submission.mb_${megabytes}`, peak_rss_bytes, spec.memory_mb * MIB),
      pace(`submission.mb_${megabytes}`, megabytes, times_ms[0]! / 1_000),
    ];
  });
}

function ofProducer(run: Run, { endpoint }: StreamStandIn): Promise<Figure[]> {
  const megabytes = run.quick ? 20 : 1_000;
  run.say(`a producer, ${megabytes} MB`);
  const { signal } = run;
  return withFolder(async (folder) => {
    const path = join(folder, 'records.jsonl');
    const records = await writeInput(path, { bytes: megabytes * MIB, line_bytes: 1_000, signal });
    const module = bundle({ entry: 'bench/processes/publish-file.ts' }, folder, 'publish');
    return withChild(module, { signal }, async ({ ask }) => {
      const question: PublishFileQuestion = { path, endpoint };
      const { accepted, seconds, peak_rss_bytes } = await ask<PublishedFile>(question);
      if (accepted !== records) throw new Error(`${accepted} of ${records} were published`);
      return [
        peak(run, `producer.mb_${megabytes}`, peak_rss_bytes, MOST_OF_A_PUBLISHER),
        pace(`producer.mb_${megabytes}`, megabytes, seconds),
      ];
    });
  });
}

/** A small load of a quick run says nothing of the goal. */
function peak({ quick }: Run, of: string, value: number, at_most: number): Figure {
  return figure({
    name: `memory.peak_rss.${of}`,
    value,
    unit: 'bytes',
    goal: quick ? undefined : { of: 'value', at_most },
  });
}

function pace(of: string, megabytes: number, seconds: number): Figure {
  return figure({ name: `memory.pace.${of}`, value: megabytes / seconds, unit: 'MiB/s' });
}
