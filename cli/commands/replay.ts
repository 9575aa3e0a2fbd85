import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { createResultsReader } from '../../aws/dynamodb/results/reader.ts';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createLakeLines } from '../../aws/s3/lake-lines.ts';
import { createPublisher, type Publisher } from '../../ingest/index.ts';
import { createPace } from '../../operations/pace.ts';
import { type ReplayCounts, type ReplayDeps, replay } from '../../operations/replay.ts';
import { ANALYZERS, type AnalyzerName } from '../../schemas/index.ts';
import { withAudit } from '../audit.ts';
import { connect } from '../cloud.ts';
import { printAnswer } from '../output/print.ts';
import { createProgress } from '../output/progress.ts';
import { aSlug, createNumberParser } from './options.ts';

interface Options {
  from: number;
  to: number;
  analyzer?: string;
  source?: string;
  share: number;
  quota: number;
  dryRun?: boolean;
  json?: boolean;
}

const EXIT_SOME_FAILED = 2;

/** Creates the command `aurastream replay`, which analyses records of the data lake again. */
export function replayCommand(): Command {
  return new Command('replay')
    .requiredOption('--from <time>', 'first time of arrival (ISO 8601)', parseTime)
    .addOption(
      new Option('--to <time>', 'time of arrival to stop before')
        .argParser(parseTime)
        .default(Date.now(), 'now'),
    )
    .option(
      '--analyzer <version>',
      'skip results that have this analyzer version (default: the deployed one)',
    )
    .option('--source <source>', 'replay only records of this source', aSlug)
    .option('--share <share>', 'share of the quota to use, 0.01 to 1', parseShare, 0.25)
    .option(
      '--quota <calls>',
      'calls to the analyzer per second that the account has',
      createNumberParser(0.1, 1e6),
      10,
    )
    .option('--dry-run', 'count the records, and publish nothing')
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      `
Each record goes over the stream again, as the same version of a later run. Its result replaces the one in the table,
and stands beside it in the lake, where analysis_run and analyzer.version tell the two apart. The command skips records
that were withdrawn or replaced since, and results that have the version already, so you can run it again after an
interruption. arrived_at becomes the time of the replay; created_at stays the same.
Exit code: 0 done; 2 some records could not be published, run it again; 1 the command failed.`,
    )
    .action(async (options: Options, command: Command) => {
      const counts = await run(options, command);
      printAnswer(options, counts, () => toSentences(counts, options));
      if (counts.failed > 0) process.exitCode = EXIT_SOME_FAILED;
    });
}

async function run(options: Options, command: Command): Promise<ReplayCounts> {
  const stack = await connect(command);
  const publisher = createPublisher({
    stream: createKinesisStream({ stream_name: stack.BulkStreamName }),
  });
  const { from, to, source } = options;
  const progress = createProgress();
  const deps: ReplayDeps = {
    ...createDeps(options, publisher, stack.AnalyzerName),
    lake: createLakeLines({ bucket_name: stack.LakeBucketName }),
    results: createResultsReader({ table_name: stack.ResultsTableName }),
    on_progress: (counts, hour) => progress.update(describeProgress(counts, hour, options)),
  };
  const analyzer = {
    name: stack.AnalyzerName,
    version: options.analyzer ?? stack.AnalyzerVersion,
  };
  const query = { from, to, analyzer, ...(source === undefined ? {} : { source }) };
  const selectors = {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    ...(source === undefined ? {} : { source }),
  };
  const counts = options.dryRun
    ? await replay(deps, query)
    : await withAudit(
        stack,
        { act: 'replay', selectors },
        () => replay(deps, query),
        ({ replayed, failed }) => ({ counts: { replayed, failed } }),
      );
  await publisher.close();
  progress.finish();
  return counts;
}

function createDeps(
  { share, quota, dryRun }: Options,
  publisher: Publisher,
  analyzer: AnalyzerName,
) {
  const { max_documents } = ANALYZERS[analyzer];
  return {
    publisher: dryRun ? undefined : publisher,
    pace: createPace(share * quota * max_documents, { now: Date.now, sleep }),
    now: Date.now,
  };
}

function describeProgress({ replayed, lines }: ReplayCounts, hour: number, { dryRun }: Options) {
  const verb = dryRun ? 'would be replayed' : 'replayed';
  return `${replayed} of ${lines} lines ${verb}, at ${new Date(hour).toISOString().slice(0, 13)}:00Z`;
}

function toSentences(
  { replayed, up_to_date, without_text, failed }: ReplayCounts,
  { dryRun }: Options,
): string {
  const verb = dryRun ? 'would be' : 'are being';
  const lines = [`${replayed} records ${verb} analysed again; ${up_to_date} are up to date.`];
  if (without_text > 0) lines.push(`${without_text} were kept without their text.`);
  if (failed > 0) lines.push(`${failed} could not be published. Run it again.`);
  return lines.join('\n');
}

function parseTime(value: string): number {
  const at = Date.parse(value);
  if (!Number.isNaN(at)) return at;
  throw new InvalidArgumentError('Use ISO 8601: 2026-11-23 or 2026-11-23T10:00:00Z.');
}

function parseShare(value: string): number {
  const share = Number(value);
  if (share >= 0.01 && share <= 1) return share;
  throw new InvalidArgumentError('Use a number from 0.01 to 1.');
}
