import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command, Option } from 'commander';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createMarks } from '../../aws/s3/failure-bucket.ts';
import { createSetAsideReader } from '../../aws/s3/set-aside-bucket.ts';
import { createPublisher } from '../../ingest/index.ts';
import {
  type Fix,
  type ReplayOutcome,
  replaySetAside,
} from '../../operations/replay-set-asides.ts';
import { SET_ASIDE_REASONS, type SetAside, type SetAsideReason } from '../../schemas/index.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';
import { createProgress } from '../output/progress.ts';

interface ReplayOptions {
  fix?: string;
  reason?: SetAsideReason;
  dryRun?: boolean;
  json?: boolean;
}

interface Summary extends Record<ReplayOutcome['status'], number> {
  records: number;
  /** Why those that were left, or failed, are where they are. */
  why: Record<string, number>;
}

const EXIT_SOME_FAILED = 2;

/** `aurastream set-aside replay`: puts set-asides back on the stream, mended. */
export function replayCommand(): Command {
  return new Command('replay')
    .description('put set-asides back on the stream, after a fix')
    .argument('[set_aside_id...]', 'absent: all')
    .option('--fix <script>', 'an ES module whose default export mends the bytes of one set-aside')
    .addOption(new Option('--reason <reason>', 'only those').choices(SET_ASIDE_REASONS))
    .option('--dry-run', 'say what would be put back, and do nothing')
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      `
The fix takes (bytes, set_aside) and gives bytes, a string, or an object that becomes JSON; undefined leaves it:

  export default (bytes, { reason }) =>
    reason === 'invalid_record' ? { source: 'unknown', ...JSON.parse(Buffer.from(bytes)) } : undefined;

What would only be set aside again stays where it is. What is put back is marked, and left alone the next time.
Exit code: 0 done; 2 some could not be put on the stream; 1 nothing could be done.`,
    )
    .action(async (ids: string[], options: ReplayOptions, command: Command) => {
      const fix = options.fix === undefined ? undefined : await loadFix(options.fix);
      const { StreamName, SetAsideBucketName: bucket_name } = await connect(command);
      const publisher = createPublisher({
        stream: createKinesisStream({ stream_name: StreamName }),
      });
      const deps = {
        marks: createMarks({ bucket_name }),
        publisher,
        fix,
        dry_run: options.dryRun === true,
        now: Date.now,
      };
      const progress = createProgress();
      const summary = noSummary();
      for await (const set_aside of chosen(createSetAsideReader({ bucket_name }), ids, options)) {
        note(summary, await replaySetAside(deps, set_aside));
        progress.update(`${putBack(summary, deps.dry_run)}; ${summary.left} stay`);
      }
      await publisher.close();
      progress.done();
      console.log(options.json ? JSON.stringify(summary) : inWords(summary, deps.dry_run));
      if (summary.failed > 0) process.exitCode = EXIT_SOME_FAILED;
    });
}

async function* chosen(
  reader: ReturnType<typeof createSetAsideReader>,
  ids: string[],
  { reason }: ReplayOptions,
): AsyncIterable<SetAside> {
  const all = ids.length === 0 ? reader.list() : byId(reader, ids);
  for await (const set_aside of all) {
    if (reason === undefined || set_aside.reason === reason) yield set_aside;
  }
}

async function* byId(
  reader: ReturnType<typeof createSetAsideReader>,
  ids: string[],
): AsyncIterable<SetAside> {
  for (const id of ids) {
    const found = await reader.get(id);
    if (found === undefined) {
      throw new Advice(`There is no set-aside ${id}.`, 'See `aurastream set-aside list`.');
    }
    yield found;
  }
}

async function loadFix(path: string): Promise<Fix> {
  const advice = 'It has to be an ES module whose default export is a function; see --help.';
  const loaded = await import(pathToFileURL(resolve(path)).href).catch((cause: unknown) => {
    throw new Advice(`${path} cannot be loaded: ${(cause as Error).message}`, advice);
  });
  const fix = (loaded as { default?: unknown }).default;
  if (typeof fix !== 'function') throw new Advice(`${path} has no default function.`, advice);
  return fix as Fix;
}

function noSummary(): Summary {
  return {
    replayed: 0,
    would_replay: 0,
    done_before: 0,
    left: 0,
    failed: 0,
    records: 0,
    why: {},
  };
}

function note(summary: Summary, outcome: ReplayOutcome): void {
  summary[outcome.status] += 1;
  if ('records' in outcome) summary.records += outcome.records;
  const why =
    outcome.status === 'left' ? [outcome.reason] : outcome.status === 'failed' ? outcome.codes : [];
  for (const reason of why) summary.why[reason] = (summary.why[reason] ?? 0) + 1;
}

function putBack({ replayed, would_replay, records }: Summary, is_dry_run: boolean): string {
  return is_dry_run
    ? `${would_replay} set-asides would be put back, ${records} records`
    : `${replayed} set-asides are back on the stream, ${records} records`;
}

function inWords(summary: Summary, is_dry_run: boolean): string {
  const { done_before, left, failed, why } = summary;
  const reasons = Object.entries(why).map(([reason, count]) => `${count} ${reason}`);
  const lines = [`${putBack(summary, is_dry_run)}.`];
  if (done_before > 0) lines.push(`${done_before} were put back before.`);
  if (left > 0) lines.push(`${left} stay: ${reasons.join(', ')}.`);
  if (failed > 0) lines.push(`${failed} failed: ${reasons.join(', ')}. Run it again.`);
  return lines.join('\n');
}
