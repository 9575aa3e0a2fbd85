import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { explain } from '../cli/errors.ts';
import { createProgress } from '../cli/output/progress.ts';
import { chart } from './chart.ts';
import type { Figure } from './figures.ts';
import { thisMachine } from './machine.ts';
import { markdown, readable } from './report.ts';
import type { Run, Suite } from './suite.ts';
import { SUITES } from './suites/index.ts';

const HELP = `How AuraStream compares, in one run on this machine, with what one would otherwise build and with the floor.

npm run bench -- [--quick] [--json] [--docs] [--only NAME] [--profile FOLDER]

  --quick           small loads, under 2 minutes; whole: under 20
  --only NAME       one suite; may be given several times
  --json            {machine, figures: [{name, value, unit, baselines, ratio, goal, met}]}
  --docs            write docs/performance.svg and docs/figures.md from this run's figures
  --profile FOLDER  leave a CPU profile there of each process that the suite consumer starts

${SUITES.map(({ name, title }) => `  ${name.padEnd(16)}  ${title}`).join('\n')}

Ratios are within the run: absolute values are this machine's.
`;

await main();

async function main(): Promise<void> {
  try {
    const options = parsed();
    if (options.help) process.stdout.write(HELP);
    else await bench(options);
  } catch (cause) {
    process.stderr.write(`${explain(cause)}\n`);
    process.exitCode = 1;
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

async function bench({ suites, quick, json, docs, profile }: Options): Promise<void> {
  const progress = createProgress();
  const abort = new AbortController();
  const stop = () => abort.abort(new Error('Stopped. Nothing of the run is left behind.'));
  process.once('SIGINT', stop);
  try {
    const figures: Figure[] = [];
    for (const suite of suites) {
      const run: Run = {
        quick,
        say: (what) => progress.update(`${suite.name}: ${what}`),
        signal: abort.signal,
        profile,
      };
      figures.push(...(await suite.measure(run)));
      abort.signal.throwIfAborted();
    }
    progress.done();
    const machine = thisMachine();
    if (docs) {
      writeFileSync('docs/performance.svg', chart(machine, figures));
      writeFileSync('docs/figures.md', markdown(machine, figures));
    }
    const output = json ? JSON.stringify({ machine, figures }) : readable(machine, figures);
    process.stdout.write(`${output}\n`);
  } finally {
    process.off('SIGINT', stop);
  }
}
