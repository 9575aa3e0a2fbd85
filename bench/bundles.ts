import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../infra/bundling.ts';
import { ANALYSIS_ASSETS } from '../infra/constructs/analysis.ts';

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
export function bundlePrograms(folder: string): Bundles {
  const entries = Object.entries({ ...ENTRIES, ...HOSTS }).map(([name, entry]) => {
    const made = bundle({ entry, assets: ANALYSIS_ASSETS });
    renameSync(made, join(folder, name));
    return [name, join(folder, name, 'index.mjs')] as const;
  });
  return Object.fromEntries(entries) as Bundles;
}
