import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { ROOT } from '../support/process.ts';
import { CAUGHT_WITHIN, type Mutation } from './mutations.ts';
import { type SimulationReport, simulate as simulateUnchanged } from './simulate.ts';

/**
 * The folder of the mutated bundles. The folder is inside the project, so that the bundles can
 * import the project's packages.
 */
const FOLDER = join(ROOT, '.aurastream', 'mutants');

const passes_unchanged = new Map<number, Promise<boolean>>();

/** Returns whether the world of a seed passes with the unchanged product. */
function passesUnchanged(seed: number): Promise<boolean> {
  const known = passes_unchanged.get(seed);
  if (known !== undefined) return known;
  const passes = simulateUnchanged({ seed, records: CAUGHT_WITHIN.records }).then(
    ({ violation }) => violation === undefined,
  );
  passes_unchanged.set(seed, passes);
  return passes;
}

/**
 * Runs simulated worlds with a mutated product until a check fails that passes with the unchanged
 * product.
 *
 * @param seeds are the seeds of the worlds, in the order of the runs.
 * @returns the report of the failed world, or undefined if every world passed.
 * @throws {Error} if the product no longer contains the code that the mutation replaces.
 */
export async function huntMutant(
  mutation: Mutation,
  number: number,
  seeds: number[],
): Promise<SimulationReport | undefined> {
  const bundle = await bundleMutant('simulate', mutation, number);
  const { simulate } = bundle as typeof import('./simulate.ts');
  for (const seed of seeds) {
    const report = await simulate({ seed, records: CAUGHT_WITHIN.records });
    if (report.violation !== undefined && (await passesUnchanged(seed))) return report;
  }
  return undefined;
}

/**
 * Submits one long job with a mutated product, on a slow stream.
 *
 * @returns whether each line was published exactly once, by one invocation at a time.
 */
export async function survivesLongSubmission(
  mutation: Omit<Mutation, 'seed'>,
  number: number,
): Promise<boolean> {
  const bundle = await bundleMutant('long-submission', mutation, number);
  const { simulateLongSubmission } = bundle as typeof import('./long-submission.ts');
  const lines = 20_000;
  const work = simulateLongSubmission({ lines, records_per_second: 14, crash: 0 });
  const published = await work.then(
    (report) => report.published,
    () => undefined,
  );
  return published === lines;
}

/**
 * Runs the counts function with a mutated product.
 *
 * @returns whether the counts equal a recount of the table for each seed.
 */
export async function survivesCounts(
  mutation: Omit<Mutation, 'seed'>,
  number: number,
  seeds: number[],
): Promise<boolean> {
  const bundle = await bundleMutant('counts/simulate', mutation, number);
  const { simulateCounts } = bundle as typeof import('./counts/simulate.ts');
  for (const seed of seeds) {
    const { wrong } = await simulateCounts(seed, 100);
    if (wrong.length > 0) return false;
  }
  return true;
}

async function bundleMutant(
  entry: string,
  mutation: Omit<Mutation, 'seed'>,
  number: number,
): Promise<unknown> {
  const outfile = join(FOLDER, `${entry}-${number}.mjs`);
  await build({
    entryPoints: [join(ROOT, 'test/simulation', `${entry}.ts`)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'silent',
    plugins: [replaceSource(mutation)],
  });
  return import(`${outfile}?${Date.now()}`);
}

function replaceSource({ file, from, to }: Omit<Mutation, 'seed'>): Plugin {
  const path = resolve(ROOT, file);
  return {
    name: 'mutation',
    setup: ({ onLoad }) =>
      onLoad({ filter: /\.ts$/ }, async (args) => {
        if (args.path !== path) return undefined;
        const source = await readFile(path, 'utf8');
        if (!source.includes(from))
          throw new Error(`${file} no longer contains "${from}": update the mutation`);
        return { contents: source.replace(from, () => to), loader: 'ts' };
      }),
  };
}
