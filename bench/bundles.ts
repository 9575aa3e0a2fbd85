import { ANALYSIS_ASSETS } from '../infra/constructs/analysis.ts';
import { bundle } from './bundle.ts';

const ENTRIES = {
  product: 'processors/stream/handler.ts',
  per_record: 'bench/baselines/per-record.ts',
  powertools: 'bench/baselines/powertools.ts',
  floor: 'bench/baselines/floor.ts',
};
export type ProgramName = keyof typeof ENTRIES;

/** What plays Lambda and what plays the services. */
const HOSTS = { program: 'bench/processes/program.ts', services: 'bench/processes/services.ts' };

/** The file of each bundle. */
export type Bundles = Record<ProgramName | keyof typeof HOSTS, string>;

/** Bundles the programs as the stack's functions are bundled. @param folder where they go. */
export function bundlePrograms(folder: string): Bundles {
  const entries = Object.entries({ ...ENTRIES, ...HOSTS }).map(([name, entry]) => [
    name,
    bundle({ entry }, folder, name, ANALYSIS_ASSETS),
  ]);
  return Object.fromEntries(entries) as Bundles;
}
