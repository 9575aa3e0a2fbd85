import { Command } from 'commander';
import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import { readTemplate } from '../../aws/cloudformation/template.ts';
import { NotReachedError } from '../../insight/reach/wait-for-table.ts';
import { composeErase } from '../../operations/erase/compose.ts';
import { ErasureStopped } from '../../operations/erase/context.ts';
import { beginErasure, runErasure } from '../../operations/erase/erase.ts';
import { buildAct } from '../../operations/privacy/build-act.ts';
import { countErased } from '../../operations/privacy/erase-slice.ts';
import type { ErasureState, Selector, SignedReport } from '../../schemas/index.ts';
import { withAudit } from '../audit.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';
import { refuseWrongClock } from '../lake/clock.ts';
import { askUser } from '../output/ask-user.ts';
import { printAnswer } from '../output/print.ts';
import { createProgress } from '../output/progress.ts';
import { formatTable } from '../output/table.ts';
import {
  addSelector,
  describeSelector,
  readSelector,
  type SelectorOptions,
} from '../privacy/selector.ts';
import { abortOnInterrupt } from '../stop.ts';
import { createNumberParser } from './options.ts';

interface Options extends SelectorOptions {
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
  waitLimit: number;
}

/** Time for which an erasure waits for the consumers, and for the lake, by default, in seconds. */
const WAIT_LIMIT_SECONDS = 900;

/** Creates the command `aurastream erase`, which erases records from every store. */
export function eraseCommand(): Command {
  return addSelector(new Command('erase'))
    .option('--dry-run', 'count what would be erased, and erase nothing')
    .option('--yes', 'do not ask')
    .option(
      '--wait-limit <seconds>',
      'stop if the consumers or the lake take longer; run it again to go on',
      createNumberParser(1, 86_400),
      WAIT_LIMIT_SECONDS,
    )
    .option('--json', 'print the signed report as one line of JSON')
    .addHelpText(
      'after',
      `
Erases what was accepted until now, and also what is accepted in the next five minutes: rows of the results table,
the lake, set-asides, failed batches, inputs of jobs, query results, and earlier versions of the objects. A record that is
still on a stream does not come back. Counts stay, as numbers. Ctrl-C or a crash does no harm: the same command goes
on. The report says what was erased, where, and until when copies remain; verify it with aurastream privacy verify FILE.
Exit code: 0 erased; 1 the command failed or stopped: run it again.`,
    )
    .action(async (options: Options, self: Command) => {
      const stack = await connect(self);
      const { stack: stack_name } = self.optsWithGlobals<{ stack: string }>();
      const signed = await erase(stack, await readTemplate(stack_name), options);
      printAnswer(options, signed, () => describeReport(signed));
    });
}

async function erase(
  stack: StackOutputs,
  template: unknown,
  options: Options,
): Promise<SignedReport> {
  const selector = readSelector(options);
  const { dryRun: is_dry_run = false, yes } = options;
  if (!is_dry_run && !yes) await confirm(selector);
  await refuseWrongClock(stack);
  const signal = abortOnInterrupt();
  const progress = createProgress();
  const deps = composeErase(stack, template, {
    isTimeUp: () => signal.aborted,
    limit_ms: () => options.waitLimit * 1_000,
    remaining_ms: () => Number.POSITIVE_INFINITY,
    signal,
  });
  const { state, is_continued } = await beginErasure(deps, selector, { is_dry_run });
  const { erasure_id } = state;
  const requested = new Date(state.requested_at).toISOString();
  const note = is_continued ? ` goes on: it reaches what was accepted until ${requested}` : '';
  process.stderr.write(`erasure ${erasure_id}${note}\n`);
  const onProgress = (now: ErasureState) => progress.update(describeProgress(now));
  const work = () => runErasure({ ...deps, onProgress }, selector, erasure_id);
  try {
    if (is_dry_run) return await work();
    return await withAudit(stack, buildAct('erase', selector), work, (signed) => {
      return { counts: countErased(signed) };
    });
  } catch (error) {
    throw explainStop(error, signal);
  } finally {
    progress.finish();
  }
}

async function confirm(selector: Selector): Promise<void> {
  if (await askUser(`Erase ${describeSelector(selector)} for ever?`)) return;
  throw new Advice('Nothing is erased.', 'Count with --dry-run, and confirm with --yes.');
}

function explainStop(error: unknown, signal: AbortSignal): unknown {
  const is_stopped =
    error instanceof ErasureStopped || error instanceof NotReachedError || signal.aborted;
  if (!is_stopped) return error;
  const reason = signal.aborted || !(error instanceof Error) ? 'interrupted' : error.message;
  return new Advice(
    `The erasure has stopped: ${reason}.`,
    'Run the same command again: it goes on where it was.',
    { cause: error },
  );
}

function describeProgress({ step, counts }: ErasureState): string {
  const things = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return `${step.replaceAll('_', ' ')}: ${things} erased so far`;
}

function describeReport({ report }: SignedReport): string {
  const { erasure_id, is_dry_run, stores, remains, unreadable } = report;
  const rows = stores.map(({ store, count, what }) => ({ store, count: String(count), what }));
  const lines = [
    `${is_dry_run ? 'Would be erased' : `Erased, by ${erasure_id}`}:`,
    formatTable(['store', 'count', 'what'], rows),
  ];
  if (unreadable > 0) {
    lines.push(`${unreadable} records could not be read, and stay until they expire.`);
  }
  if (remains.length > 0) {
    lines.push('Copies remain at most until:', formatTable(['until', 'where'], remains));
  }
  return lines.join('\n');
}
