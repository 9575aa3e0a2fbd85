import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { explain } from '../cli/errors.ts';
import { createProgress, type Progress } from '../cli/output/progress.ts';
import { abortOnInterrupt, INTERRUPTED } from '../cli/stop.ts';
import { drawChart } from './chart.ts';
import type { Figure } from './figures.ts';
import { describeThisMachine } from './machine.ts';
import { formatMarkdown, formatReport } from './report.ts';
import type { Run, Suite } from './suite.ts';
import { SUITES } from './suites/index.ts';
import { buildSummary, fillPage } from './summary.ts';

const HELP = `Measures AuraStream on this machine and compares it with two programs that you would otherwise build (a call
per record, and Powertools) and with the floor, a program that does the least possible work.

npm run bench -- [--quick] [--json] [--docs] [--only NAME] [--profile FOLDER]
                 [--evaluation FOLDER]

  --quick           use small loads: under 2 minutes instead of under 20
  --only NAME       run one suite; may be given several times
  --json            print {machine, figures: [{name, value, unit, baselines, ratio, goal, met}]}
  --docs            write the chart, figures.md and the tables of performance.md in docs/ from this run
  --profile FOLDER  write a CPU profile of each process that the suite "consumer" starts to FOLDER
  --evaluation FOLDER
                    for the suite "canonical": labelled texts, as files *.tsv.gz with lines of language, label and text

Suites:
${SUITES.map(({ name, title }) => `  ${name.padEnd(16)}  ${title}`).join('\n')}

Compare ratios, not absolute values: those depend on this machine. A missed goal is reported, but does not fail the run:
the exit code is 0 if everything was measured.
`;

const TITLES = {
  ...Object.fromEntries(SUITES.map(({ name, title }) => [name, title])),
  plan: 'the error of `aurastream plan` against the counted usage',
};
const QUICK_RUN_NOTE =
  'This was a quick run with small loads; its figures are rough. Leave out --quick for figures to rely on.';

await main();

async function main(): Promise<void> {
  const stopping = abortOnInterrupt();
  const progress = createProgress();
  try {
    const options = parseOptions();
    if (options.help) process.stdout.write(HELP);
    else await runSuites(options, progress, stopping);
  } catch (cause) {
    progress.finish();
    // Ctrl-C makes esbuild fail, but Node cannot handle the signal while esbuild blocks the event
    // loop. Wait until Node has handled the signal. Afterwards `stopping` tells whether Ctrl-C
    // caused the failure.
    await sleep(20);
    process.stderr.write(
      stopping.aborted ? 'Stopped. No process or temporary file is left.\n' : `${explain(cause)}\n`,
    );
    // Exit explicitly, because a call in flight may still be retrying and would keep the process
    // alive.
    process.exit(stopping.aborted ? INTERRUPTED : 1);
  }
}

function parseOptions() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      docs: { type: 'boolean', default: false },
      profile: { type: 'string' },
      evaluation: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const names = SUITES.map(({ name }) => name);
  const unknown = values.only.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Error(`--only: no suite is named ${unknown}. Use one of: ${names.join(', ')}.`);
  }
  if (values.docs && (values.quick || values.only.length > 0)) {
    throw new Error('--docs needs the figures of a whole run. Leave out --quick and --only.');
  }
  const suites = SUITES.filter(
    ({ name }) => values.only.length === 0 || values.only.includes(name),
  );
  return { ...values, suites };
}

type Options = Omit<Run, 'reportStep' | 'signal'> & {
  suites: Suite[];
  json: boolean;
  docs: boolean;
};

async function runSuites(
  { suites, quick, json, docs, profile, evaluation }: Options,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const figures: Figure[] = [];
  for (const [i, suite] of suites.entries()) {
    const position = `${i + 1} of ${suites.length}, ${suite.name}`;
    const reportStep = (step: string) => progress.update(`${position}: ${step}`);
    figures.push(...(await suite.measure({ quick, reportStep, signal, profile, evaluation })));
    signal.throwIfAborted();
  }
  progress.finish();
  const machine = describeThisMachine();
  if (docs) {
    writeFileSync('docs/performance.svg', drawChart(machine, figures));
    writeFileSync('docs/figures.md', formatMarkdown(machine, figures, TITLES));
    const page = readFileSync('docs/performance.md', 'utf8');
    writeFileSync('docs/performance.md', fillPage(page, buildSummary(figures)));
  }
  const output = json
    ? JSON.stringify({ machine, figures })
    : formatReport(machine, figures, TITLES);
  process.stdout.write(`${output}\n`);
  if (quick && !json) process.stdout.write(`${QUICK_RUN_NOTE}\n`);
}
