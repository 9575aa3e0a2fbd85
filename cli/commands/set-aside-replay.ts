import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command, Option } from 'commander';
import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createMarks } from '../../aws/s3/failure-bucket.ts';
import { createSetAsideReader, type SetAsideReader } from '../../aws/s3/set-aside-bucket.ts';
import { createTextClaims } from '../../aws/s3/text-claims.ts';
import { createSecret } from '../../aws/secrets-manager/secrets.ts';
import { createPublisher } from '../../ingest/index.ts';
import type { Fix } from '../../operations/read-set-aside.ts';
import {
  replaySetAside,
  type SetAsideReplayDeps,
  type SetAsideReplayOutcome,
} from '../../operations/replay-set-aside.ts';
import { SET_ASIDE_REASONS, type SetAside, type SetAsideReason } from '../../schemas/index.ts';
import { withAudit } from '../audit.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';
import { printAnswer } from '../output/print.ts';
import { createProgress } from '../output/progress.ts';

interface Options {
  fix?: string;
  reason?: SetAsideReason;
  dryRun?: boolean;
  json?: boolean;
}

interface SetAsideReplaySummary extends Record<SetAsideReplayOutcome['status'], number> {
  records: number;
  /** Number of set-asides that could not be replayed, for each reason. */
  why: Record<string, number>;
}

const EXIT_SOME_FAILED = 2;

/**
 * Creates the command `aurastream set-aside replay`, which repairs set-asides and publishes the
 * repaired records to the stream.
 */
export function setAsideReplayCommand(): Command {
  return new Command('replay')
    .description('repair set-asides and put them back on the stream')
    .argument('[set_aside_id...]', 'ids from `set-aside list` (default: all)')
    .option('--fix <script>', 'ES module whose default export repairs the bytes of a set-aside')
    .addOption(
      new Option('--reason <reason>', 'only set-asides with this reason').choices(
        SET_ASIDE_REASONS,
      ),
    )
    .option('--dry-run', 'count the set-asides that would be put back, and change nothing')
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      `
The fix gets (bytes, set_aside) and returns bytes, a string, an object that becomes JSON, or undefined to skip it:

  export default (bytes, { reason }) =>
    reason === 'invalid_record' ? { source: 'unknown', ...JSON.parse(Buffer.from(bytes)) } : undefined;

A set-aside that is still not a valid record stays where it is. One that is put back is marked and skipped next time.
Exit code: 0 done; 2 some could not be put on the stream; 1 the command failed.`,
    )
    .action(async (ids: string[], options: Options, command: Command) => {
      const stack = await connect(command);
      const is_dry_run = options.dryRun === true;
      const summary = is_dry_run
        ? await run(ids, options, stack)
        : await runAudited(ids, options, stack);
      printAnswer(options, summary, () => toSentences(summary, is_dry_run));
      if (summary.failed > 0) process.exitCode = EXIT_SOME_FAILED;
    });
}

function runAudited(
  ids: string[],
  options: Options,
  stack: StackOutputs,
): Promise<SetAsideReplaySummary> {
  const { reason } = options;
  const selectors = reason === undefined ? {} : { reason };
  return withAudit(
    stack,
    { act: 'replay_set_asides', selectors },
    () => run(ids, options, stack),
    ({ replayed, records, failed }) => ({ counts: { replayed, records, failed } }),
  );
}

async function run(
  ids: string[],
  options: Options,
  stack: StackOutputs,
): Promise<SetAsideReplaySummary> {
  const fix = options.fix === undefined ? undefined : await loadFix(options.fix);
  const bucket_name = stack.SetAsideBucketName;
  const publisher = createPublisher({
    stream: createKinesisStream({ stream_name: stack.BulkStreamName }),
  });
  const dry_run = options.dryRun === true;
  const deps: SetAsideReplayDeps = {
    marks: createMarks({ bucket_name }),
    publisher,
    claims: createTextClaims({ bucket_name: stack.InputBucketName }),
    restoreKey: createSecret({ secret_id: stack.RestoreKeyArn }),
    fix,
    dry_run,
    now: Date.now,
  };
  const progress = createProgress();
  const summary = emptySummary();
  for await (const set_aside of select(createSetAsideReader({ bucket_name }), ids, options)) {
    addOutcome(summary, await replaySetAside(deps, set_aside));
    progress.update(`${describeReplayed(summary, dry_run)}; ${summary.left} stay`);
  }
  await publisher.close();
  progress.finish();
  return summary;
}

async function* select(
  reader: SetAsideReader,
  ids: string[],
  { reason }: Options,
): AsyncIterable<SetAside> {
  const all = ids.length === 0 ? reader.list() : readByIds(reader, ids);
  for await (const set_aside of all) {
    if (reason === undefined || set_aside.reason === reason) yield set_aside;
  }
}

async function* readByIds(reader: SetAsideReader, ids: string[]): AsyncIterable<SetAside> {
  for (const id of ids) {
    const set_aside = await reader.get(id);
    if (set_aside === undefined) {
      throw new Advice(`There is no set-aside ${id}.`, 'See `aurastream set-aside list`.');
    }
    yield set_aside;
  }
}

async function loadFix(path: string): Promise<Fix> {
  const advice = 'It must be an ES module whose default export is a function; see --help.';
  const loaded = await import(pathToFileURL(resolve(path)).href).catch((cause: unknown) => {
    throw new Advice(`${path} cannot be loaded: ${(cause as Error).message}`, advice);
  });
  const fix = (loaded as { default?: unknown }).default;
  if (typeof fix !== 'function') throw new Advice(`${path} has no default function.`, advice);
  return fix as Fix;
}

function emptySummary(): SetAsideReplaySummary {
  const counts = { replayed: 0, would_replay: 0, done_before: 0, left: 0, failed: 0 };
  return { ...counts, records: 0, why: {} };
}

function addOutcome(summary: SetAsideReplaySummary, outcome: SetAsideReplayOutcome): void {
  summary[outcome.status] += 1;
  if ('records' in outcome) summary.records += outcome.records;
  for (const reason of reasonsOf(outcome)) summary.why[reason] = (summary.why[reason] ?? 0) + 1;
}

function reasonsOf(outcome: SetAsideReplayOutcome): string[] {
  if (outcome.status === 'left') return [outcome.reason];
  return outcome.status === 'failed' ? outcome.codes : [];
}

function describeReplayed(
  { replayed, would_replay, records }: SetAsideReplaySummary,
  is_dry_run: boolean,
): string {
  return is_dry_run
    ? `${would_replay} set-asides would be put back, ${records} records`
    : `${replayed} set-asides are back on the stream, ${records} records`;
}

function toSentences(summary: SetAsideReplaySummary, is_dry_run: boolean): string {
  const { done_before, left, failed, why } = summary;
  const reasons = Object.entries(why).map(([reason, count]) => `${count} ${reason}`);
  const lines = [`${describeReplayed(summary, is_dry_run)}.`];
  if (done_before > 0) lines.push(`${done_before} were put back before.`);
  if (left > 0) lines.push(`${left} stay: ${reasons.join(', ')}.`);
  if (failed > 0) lines.push(`${failed} failed: ${reasons.join(', ')}. Run it again.`);
  return lines.join('\n');
}
