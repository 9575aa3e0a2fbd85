import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { MODEL_AS_OF } from '../../aws/comprehend/analyzer.ts';
import { createResultsReader } from '../../aws/dynamodb/results/reader.ts';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createLakeLines } from '../../aws/s3/lake-lines.ts';
import { createPublisher } from '../../ingest/index.ts';
import { createPace, type ReplayCounts, replay } from '../../operations/replay.ts';
import { connect } from '../cloud.ts';
import { createProgress } from '../output/progress.ts';
import { aSlug } from './options.ts';

interface Options {
  from: number;
  to: number;
  analyzer: string;
  source?: string;
  share: number;
  quota: number;
  dryRun?: boolean;
  json?: boolean;
}

const DOCUMENTS_PER_CALL = 25;
const EXIT_SOME_FAILED = 2;

/** `aurastream replay`: analyses again what the lake holds of a time. */
export function replayCommand(): Command {
  return new Command('replay')
    .description('analyse again what arrived in a time, with the analyzer as it is now')
    .requiredOption('--from <time>', 'of arrival, ISO 8601: from this on', aTime)
    .option('--to <time>', 'before this (default: now)', aTime, Date.now())
    .option('--analyzer <version>', 'results that have this version are left alone', MODEL_AS_OF)
    .option('--source <source>', 'of this source only', aSlug)
    .option('--share <share>', 'of the quota that this may take, 0.01 to 1', aShare, 0.25)
    .option('--quota <calls>', "Comprehend's calls a second that the account has", Number, 10)
    .option('--dry-run', 'count, and publish nothing')
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      `
Each record goes over the stream again, as the same version of a later run: its result replaces the one in the table, and
stands beside it in the lake (analysis_run tells them apart, and analyzer.version). What was withdrawn or replaced since
is left alone, and so is what has the version already: a replay that was stopped half-way may be run again.
The time of arrival becomes that of the replay; created_at stays.
Exit code: 0 done; 2 some could not be published, run it again; 1 nothing could be done.`,
    )
    .action(async (options: Options, command: Command) => {
      const counts = await run(options, command);
      console.log(options.json ? JSON.stringify(counts) : inWords(counts, options));
      if (counts.failed > 0) process.exitCode = EXIT_SOME_FAILED;
    });
}

async function run(options: Options, command: Command): Promise<ReplayCounts> {
  const stack = await connect(command);
  const publisher = createPublisher({
    stream: createKinesisStream({ stream_name: stack.StreamName }),
  });
  const progress = createProgress();
  const records_per_second = options.share * options.quota * DOCUMENTS_PER_CALL;
  const { from, to, analyzer: analyzer_version, source } = options;
  const counts = await replay(
    {
      lake: createLakeLines({ bucket_name: stack.LakeBucketName }),
      results: createResultsReader({ table_name: stack.ResultsTableName }),
      publisher: options.dryRun ? undefined : publisher,
      pace: createPace(records_per_second, { now: Date.now, sleep }),
      now: Date.now,
      on_progress: ({ replayed, lines }, hour) =>
        progress.update(
          `${replayed} of ${lines} lines ${options.dryRun ? 'would be ' : ''}replayed, at ${new Date(hour).toISOString().slice(0, 13)}:00Z`,
        ),
    },
    { from, to, analyzer_version, ...(source === undefined ? {} : { source }) },
  );
  await publisher.close();
  progress.done();
  return counts;
}

function inWords(
  { replayed, up_to_date, without_text, failed }: ReplayCounts,
  options: Options,
): string {
  const lines = [
    `${replayed} records ${options.dryRun ? 'would be' : 'are being'} analysed again; ${up_to_date} are up to date.`,
  ];
  if (without_text > 0) lines.push(`${without_text} were kept without their text.`);
  if (failed > 0) lines.push(`${failed} could not be published. Run it again.`);
  return lines.join('\n');
}

function aTime(value: string): number {
  const at = Date.parse(value);
  if (!Number.isNaN(at)) return at;
  throw new InvalidArgumentError('Use ISO 8601: 2026-11-23 or 2026-11-23T10:00:00Z.');
}

function aShare(value: string): number {
  const share = Number(value);
  if (share >= 0.01 && share <= 1) return share;
  throw new InvalidArgumentError('Use a number from 0.01 to 1.');
}
