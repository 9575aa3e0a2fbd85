import { ANALYSIS_ASSETS } from '../infra/constructs/analysis.ts';
import { bundle } from './bundle.ts';

const ENTRIES = {
  product: 'processors/stream/handler.ts',
  per_record: 'bench/baselines/per-record.ts',
  powertools: 'bench/baselines/powertools.ts',
  floor: 'bench/baselines/floor.ts',
};
export type ProgramName = keyof typeof ENTRIES;

/** The process that invokes a program as Lambda does, and the one that emulates the AWS services. */
const HOSTS = { program: 'bench/processes/program.ts', services: 'bench/processes/services.ts' };

/** The path of each bundle's module. */
export type Bundles = Record<ProgramName | keyof typeof HOSTS, string>;

/** Bundles the programs as the stack bundles its functions. @param folder receives the bundles. */
export function bundlePrograms(folder: string): Bundles {
  const entries = Object.entries({ ...ENTRIES, ...HOSTS }).map(([name, entry]) => [
    name,
    bundle({ entry }, folder, name, ANALYSIS_ASSETS),
  ]);
  return Object.fromEntries(entries) as Bundles;
}
