import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { explain } from '../cli/errors.ts';
import { createProgress, type Progress } from '../cli/output/progress.ts';
import { abortOnInterrupt, INTERRUPTED } from '../cli/stop.ts';
import { chart } from './chart.ts';
import type { Figure } from './figures.ts';
import { thisMachine } from './machine.ts';
import { markdown, readable } from './report.ts';
import type { Run, Suite } from './suite.ts';
import { SUITES } from './suites/index.ts';
import { filled, summary } from './summary.ts';

const HELP = `How AuraStream compares, in one run on this machine, with what one would otherwise build and with the floor.

npm run bench -- [--quick] [--json] [--docs] [--only NAME] [--profile FOLDER]

  --quick           small loads, under 2 minutes; whole: under 20
  --only NAME       one suite; may be given several times
  --json            {machine, figures: [{name, value, unit, baselines, ratio, goal, met}]}
  --docs            write the chart, figures.md and the tables of performance.md in docs/ from this run
  --profile FOLDER  leave a CPU profile there of each process that the suite consumer starts

${SUITES.map(({ name, title }) => `  ${name.padEnd(16)}  ${title}`).join('\n')}

Ratios are within the run: absolute values are this machine's. A goal that is missed is said, and is no failure: the exit
code is 0 where everything was measured.
`;

const TITLES = {
  ...Object.fromEntries(SUITES.map(({ name, title }) => [name, title])),
  plan: 'how far `aurastream plan` is from what was counted',
};
const ROUGH = 'A quick run is rough, and has small loads only: what counts is a whole one.';

await main();

async function main(): Promise<void> {
  const stopping = abortOnInterrupt();
  const progress = createProgress();
  try {
    const options = parsed();
    if (options.help) process.stdout.write(HELP);
    else await bench(options, progress, stopping);
  } catch (cause) {
    progress.finish();
    // While esbuild runs no signal is heard, and it stops by itself.
    await sleep(20);
    process.stderr.write(
      stopping.aborted ? 'Stopped. Nothing is left behind.\n' : `${explain(cause)}\n`,
    );
    // What was being called may still be tried again.
    process.exit(stopping.aborted ? INTERRUPTED : 1);
  }
}

function parsed() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      docs: { type: 'boolean', default: false },
      profile: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const names = SUITES.map(({ name }) => name);
  const unknown = values.only.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Error(`There is no suite ${unknown}. Try one of: ${names.join(', ')}`);
  }
  if (values.docs && (values.quick || values.only.length > 0)) {
    throw new Error('The documentation shows a whole run. Leave out --quick and --only');
  }
  const suites = SUITES.filter(
    ({ name }) => values.only.length === 0 || values.only.includes(name),
  );
  return { ...values, suites };
}

type Options = Omit<Run, 'say' | 'signal'> & { suites: Suite[]; json: boolean; docs: boolean };

async function bench(
  { suites, quick, json, docs, profile }: Options,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const figures: Figure[] = [];
  for (const [i, suite] of suites.entries()) {
    const of_suites = `${i + 1} of ${suites.length}, ${suite.name}`;
    const say = (what: string) => progress.update(`${of_suites}: ${what}`);
    figures.push(...(await suite.measure({ quick, say, signal, profile })));
    signal.throwIfAborted();
  }
  progress.finish();
  const machine = thisMachine();
  if (docs) {
    writeFileSync('docs/performance.svg', chart(machine, figures));
    writeFileSync('docs/figures.md', markdown(machine, figures, TITLES));
    const page = readFileSync('docs/performance.md', 'utf8');
    writeFileSync('docs/performance.md', filled(page, summary(figures)));
  }
  const output = json ? JSON.stringify({ machine, figures }) : readable(machine, figures, TITLES);
  process.stdout.write(`${output}\n`);
  if (quick && !json) process.stdout.write(`${ROUGH}\n`);
}
