import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionSpec } from '@aurastream/embedded-cloud';
import { bundle } from '../bundle.ts';
import { type BenchCloud, withCloud } from '../cloud.ts';
import { kinesisEvent, queueEvent } from '../events.ts';
import { buildFigure, type Figure } from '../figures.ts';
import { withFolder } from '../folder.ts';
import { environmentOf, loadDeployedFunctions, withFunction } from '../functions.ts';
import { writeInput } from '../input-file.ts';
import { putSubmittableJob } from '../jobs.ts';
import { withChild } from '../processes/child.ts';
import type { PublishFileQuestion, PublishReport } from '../processes/publish-file.ts';
import { type StreamStandIn, withStreamStandIn } from '../stand-in.ts';
import type { Run, Suite } from '../suite.ts';

const MIB = 1_048_576;
/**
 * Maximum number of records in one event from Lambda. An event may have fewer records, because
 * Lambda limits the size of an event to 6 MB.
 */
const LARGEST_BATCH = 10_000;
/**
 * Goal for the peak memory of a producer, in bytes. The goal is four times the publisher's buffer
 * of 64 MiB.
 */
const MAX_PRODUCER_BYTES = 256 * MIB;

/**
 * Measures the peak memory of processes. Each function's bundle runs with a heap limit equal to the
 * function's memory setting. The goal equals the memory setting, too. The bundles call the embedded
 * cloud and a stream that answers without delay. The producer publishes a file in the same way as
 * `aurastream ingest`.
 */
export const memory: Suite = {
  name: 'memory',
  title: 'peak memory of the consumer, of the function that submits jobs, and of a producer',
  measure: (run) =>
    withStreamStandIn(run, async (stand_in) => [
      ...(await measureFunctions(run, stand_in)),
      ...(await measureProducer(run, stand_in)),
    ]),
};

function measureFunctions(run: Run, stand_in: StreamStandIn): Promise<Figure[]> {
  return withCloud(run, { comprehendQuotas: { BatchDetectSentiment: 100_000 } }, (cloud) =>
    withFolder(async (folder) => {
      const runner = bundle({ entry: 'bench/processes/function.ts' }, folder, 'runner');
      const bench: MemoryBench = { run, cloud, stand_in, folder, runner };
      return [
        await measureConsumer(bench, run.quick ? 1_000 : LARGEST_BATCH),
        ...(await measureSubmission(bench, run.quick ? 20 : 1_000)),
      ];
    }),
  );
}

interface MemoryBench {
  run: Run;
  cloud: BenchCloud;
  stand_in: StreamStandIn;
  folder: string;
  /** Path of the bundle of processes/function.ts. */
  runner: string;
}

async function measureConsumer(
  { run, cloud, runner }: MemoryBench,
  records: number,
): Promise<Figure> {
  run.reportStep(`the consumer, ${records} records`);
  const { consumer: spec } = await loadDeployedFunctions();
  // A high rate limit shortens the run. The peak stays the same, because waiting for the quota
  // takes no memory.
  const env = { ...buildLimitedEnvironment(spec, cloud), ANALYZER_CALLS_PER_SECOND: '10000' };
  const payload = JSON.stringify(kinesisEvent(generateRecords(records)));
  const options = { runner, module: spec.module, env, signal: run.signal };
  return withFunction(options, async ({ load, invoke }) => {
    await load();
    const { answer, peak_rss_bytes } = await invoke({ payload });
    if (answer !== '{"batchItemFailures":[]}')
      throw new Error(`Expected the consumer to report no failures, got ${answer}`);
    return buildPeak(run, `consumer.records_${records}`, peak_rss_bytes, spec.memory_mb * MIB);
  });
}

/**
 * Builds the template's environment variables, with a heap limit equal to the function's memory
 * setting.
 */
function buildLimitedEnvironment(
  spec: FunctionSpec,
  { endpoint }: BenchCloud,
): Record<string, string> {
  const env = environmentOf(spec, endpoint);
  return { ...env, NODE_OPTIONS: `${env.NODE_OPTIONS} --max-old-space-size=${spec.memory_mb}` };
}

function generateRecords(records: number): object[] {
  return Array.from({ length: records }, (_, i) => {
    // Two of five texts are new, and the other three repeat one of 20 texts.
    const number = i % 5 < 2 ? i : i % 20;
    const text = `Text ${number.toLocaleString('en')}: `.padEnd(
      140,
      'it was a long day, and I loved it. ',
    );
    return { record_id: `memory-${i}`, text, source: 'bench' };
  });
}

async function measureSubmission(bench: MemoryBench, megabytes: number): Promise<Figure[]> {
  const { run, cloud, stand_in, runner, folder } = bench;
  run.reportStep(`the function that submits jobs, ${megabytes} MB`);
  const { submission: spec } = await loadDeployedFunctions();
  const file = join(folder, 'job.jsonl');
  const { signal } = run;
  await writeInput(file, { bytes: megabytes * MIB, line_bytes: 4_000, signal });
  const { size: bytes } = await stat(file);
  const job_id = 'job_bench';
  await putSubmittableJob(cloud, job_id, { body: createReadStream(file), bytes });
  const env = {
    ...buildLimitedEnvironment(spec, cloud),
    AWS_ENDPOINT_URL_KINESIS: stand_in.endpoint,
  };
  const payload = JSON.stringify(queueEvent({ kind: 'resume', job_id }));
  return withFunction({ runner, module: spec.module, env, signal }, async ({ load, invoke }) => {
    await load();
    const { answer, peak_rss_bytes, times_ms } = await invoke({ payload });
    if (answer !== '{"batchItemFailures":[]}')
      throw new Error(`Expected the submission to report no failures, got ${answer}`);
    return [
      buildPeak(run, `submission.mb_${megabytes}`, peak_rss_bytes, spec.memory_mb * MIB),
      buildPace(`submission.mb_${megabytes}`, megabytes, times_ms[0]! / 1_000),
    ];
  });
}

function measureProducer(run: Run, { endpoint }: StreamStandIn): Promise<Figure[]> {
  const megabytes = run.quick ? 20 : 1_000;
  run.reportStep(`a producer, ${megabytes} MB`);
  const { signal } = run;
  return withFolder(async (folder) => {
    const path = join(folder, 'records.jsonl');
    const records = await writeInput(path, { bytes: megabytes * MIB, line_bytes: 1_000, signal });
    const module = bundle({ entry: 'bench/processes/publish-file.ts' }, folder, 'publish');
    return withChild(module, { signal }, async ({ ask }) => {
      const question: PublishFileQuestion = { path, endpoint };
      const { accepted, seconds, peak_rss_bytes } = await ask<PublishReport>(question);
      if (accepted !== records)
        throw new Error(`Expected ${records} records to be accepted, got ${accepted}`);
      return [
        buildPeak(run, `producer.mb_${megabytes}`, peak_rss_bytes, MAX_PRODUCER_BYTES),
        buildPace(`producer.mb_${megabytes}`, megabytes, seconds),
      ];
    });
  });
}

/**
 * Builds the figure of a peak. In a quick run the figure has no goal, because the small load cannot
 * show whether the goal is met.
 */
function buildPeak({ quick }: Run, subject: string, value: number, at_most: number): Figure {
  return buildFigure({
    name: `memory.peak_rss.${subject}`,
    value,
    unit: 'bytes',
    goal: quick ? undefined : { of: 'value', at_most },
  });
}

function buildPace(subject: string, megabytes: number, seconds: number): Figure {
  return buildFigure({ name: `memory.pace.${subject}`, value: megabytes / seconds, unit: 'MiB/s' });
}
