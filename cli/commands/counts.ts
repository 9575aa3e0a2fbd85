import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import { readTemplate } from '../../aws/cloudformation/template.ts';
import { createCountsStore } from '../../aws/dynamodb/counts/store.ts';
import { createResultRows } from '../../aws/dynamodb/results/scan.ts';
import {
  compareDay,
  DayChangesError,
  type Difference,
} from '../../insight/counts/recount/compare.ts';
import {
  type RebuildDeps,
  RebuildReplacedError,
  rebuildDay,
} from '../../insight/counts/recount/rebuild.ts';
import { sleep } from '../../lib/sleep.ts';
import { readRetentionTemplate } from '../../operations/retention/template.ts';
import { createFindRetention, type FindRetention, retentionSchema } from '../../schemas/index.ts';
import { withAudit } from '../audit.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';
import { printAnswer } from '../output/print.ts';

/** Creates the command `aurastream counts`, which compares the counts with a recount. */
export function countsCommand(): Command {
  return new Command('counts')
    .addCommand(
      dayCommand('check', 'recount a day from the results table and say what differs', compareDay),
    )
    .addCommand(
      dayCommand('rebuild', 'make the counts of a day equal to a recount', rebuildDay, 'repaired'),
    );
}

type Work = (deps: RebuildDeps, day: number) => Promise<Difference[]>;

function dayCommand(name: string, description: string, work: Work, done = 'wrong'): Command {
  return new Command(name)
    .description(description)
    .requiredOption('--day <date>', 'the day in UTC, such as 2026-11-26', readDay)
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      `
The command reads the whole results table, and waits for a minute. Results expire after 90 days, so older days cannot be
recounted. The counts of a source whose results expire sooner (retention) stay as they are on older days. A rebuild shows its counts all at once, when it is done.`,
    )
    .action(async (options: { day: number; json?: boolean }, command: Command) => {
      const stack = await connect(command);
      const findRetention = await readRetention(command);
      const day = new Date(options.day).toISOString().slice(0, 10);
      const differences = await withAuditIf(name === 'rebuild', stack, day, () =>
        runWork(work, openDeps(stack, findRetention), options.day),
      );
      const buckets = differences.length;
      const answer = { day, buckets };
      printAnswer(options, { ...answer, differences: differences.map(toLine) }, () =>
        buckets === 0 ? 'The counts equal the recount.' : describe(differences, done),
      );
      if (name === 'check' && buckets > 0) process.exitCode = 1;
    });
}

/** A check changes nothing, so only a rebuild is in the audit trail. */
function withAuditIf(
  is_rebuild: boolean,
  stack: StackOutputs,
  day: string,
  work: () => Promise<Difference[]>,
): Promise<Difference[]> {
  if (!is_rebuild) return work();
  const act = { act: 'rebuild_counts', selectors: { day } } as const;
  return withAudit(stack, act, work, ({ length }) => ({ counts: { buckets: length } }));
}

async function runWork(work: Work, deps: RebuildDeps, day: number): Promise<Difference[]> {
  try {
    return await work(deps, day);
  } catch (cause) {
    if (cause instanceof RebuildReplacedError) {
      throw new Advice(`${cause.message}.`, 'Wait for that one.', { cause });
    }
    if (!(cause instanceof DayChangesError)) throw cause;
    throw new Advice(`${cause.message}.`, 'Try again when the day has been quiet for a minute.', {
      cause,
    });
  }
}

const KEPT_DAYS = 89;
const DAY_MS = 86_400_000;

function readDay(value: string): number {
  const day = Date.parse(`${value}T00:00:00Z`);
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== value) {
    throw new Advice(`--day: expected a date, got ${value}.`, 'Write it as 2026-11-26.');
  }
  if (day < Date.now() - KEPT_DAYS * DAY_MS) {
    throw new Advice(
      `--day: ${value} is more than ${KEPT_DAYS} days ago.`,
      'Its results may have expired, so it cannot be recounted.',
    );
  }
  return day;
}

/** Reads how long results of single sources are kept, from the template of the deployed stack. */
async function readRetention(command: Command): Promise<FindRetention> {
  const { stack } = command.optsWithGlobals<{ stack: string }>();
  const { variables } = readRetentionTemplate(await readTemplate(stack));
  return createFindRetention(retentionSchema.parse(JSON.parse(variables.RETENTION ?? '{}')));
}

function openDeps(
  { ResultsTableName, CountsTableName }: StackOutputs,
  findRetention: FindRetention,
): RebuildDeps {
  return {
    findRetention,
    results: createResultRows({ table_name: ResultsTableName }),
    counts: createCountsStore({ table_name: CountsTableName }),
    newGeneration: randomUUID,
    now: Date.now,
    sleep: (ms) => sleep(ms),
  };
}

function toLine({ name: { partition, bucket }, measures }: Difference) {
  return { partition, bucket: bucket.slice(0, bucket.lastIndexOf('#')), lacks: measures };
}

function describe(differences: Difference[], done: string): string {
  const lines = differences.slice(0, 10).map((difference) => {
    const { partition, bucket, lacks } = toLine(difference);
    return `  ${partition} ${bucket} lacks ${JSON.stringify(lacks)}`;
  });
  const more = differences.length > 10 ? `\n  and ${differences.length - 10} more` : '';
  return `${differences.length} counts were ${done}:\n${lines.join('\n')}${more}`;
}
