import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLING } from '../infra/bundling.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

const ENTRIES = {
  product: 'processors/stream/handler.ts',
  per_record: 'bench/baselines/per-record.ts',
  powertools: 'bench/baselines/powertools.ts',
  floor: 'bench/baselines/floor.ts',
};
export type ProgramName = keyof typeof ENTRIES;
export const PROGRAMS = Object.keys(ENTRIES) as ProgramName[];

/** What plays Lambda and what plays the services. */
const HOSTS = { program: 'bench/program.ts', services: 'bench/services/main.ts' };

/** The file of each bundle. */
export type Bundles = Record<ProgramName | keyof typeof HOSTS, string>;

/** Bundles the programs as the stack's functions are bundled. @param folder where they go. */
export async function bundlePrograms(folder: string): Promise<Bundles> {
  const entries = await Promise.all(
    Object.entries({ ...ENTRIES, ...HOSTS }).map(async ([name, entry]) => {
      const outfile = join(folder, name, 'index.mjs');
      await bundle(entry, outfile);
      return [name, outfile] as const;
    }),
  );
  return Object.fromEntries(entries) as Bundles;
}

/** @param entry from the root of the repository. */
export async function bundle(entry: string, outfile: string): Promise<void> {
  const { banner, ...options } = BUNDLING;
  await build({
    ...options,
    entryPoints: [join(ROOT, entry)],
    absWorkingDir: ROOT,
    outfile,
    banner: { js: banner },
    bundle: true,
    platform: 'node',
    format: 'esm',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'error',
  });
}
