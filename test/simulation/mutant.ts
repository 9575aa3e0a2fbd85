import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { ROOT } from '../support/process.ts';
import { CAUGHT_WITHIN, type Mutation } from './mutations.ts';
import type { SimulationReport } from './simulate.ts';

/** Where bundles go: within the project, so that they find its packages. */
const FOLDER = join(ROOT, '.aurastream', 'mutants');

/**
 * Runs simulated worlds with a mutated product until one shows it.
 *
 * @returns the report that shows it; undefined where none did within {@link CAUGHT_WITHIN}.
 * @throws {Error} where the place that is to be changed is not there any more.
 */
export async function huntMutant(
  mutation: Mutation,
  number: number,
): Promise<SimulationReport | undefined> {
  const outfile = join(FOLDER, `${number}.mjs`);
  await build({
    entryPoints: [join(ROOT, 'test/simulation/simulate.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'silent',
    plugins: [mutating(mutation)],
  });
  const { simulate } = (await import(`${outfile}?${Date.now()}`)) as typeof import('./simulate.ts');
  for (let seed = 1; seed <= CAUGHT_WITHIN.seeds; seed += 1) {
    const report = await simulate({ seed, records: CAUGHT_WITHIN.records });
    if (report.violation !== undefined) return report;
  }
  return undefined;
}

function mutating({ file, from, to }: Mutation): Plugin {
  const path = resolve(ROOT, file);
  return {
    name: 'mutation',
    setup: ({ onLoad }) =>
      onLoad({ filter: /\.ts$/ }, async (args) => {
        if (args.path !== path) return undefined;
        const source = await readFile(path, 'utf8');
        if (!source.includes(from)) throw new Error(`${file} has no "${from}" any more`);
        return { contents: source.replace(from, () => to), loader: 'ts' };
      }),
  };
}
