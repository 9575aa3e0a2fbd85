import { ANALYSIS_ASSETS } from '../infra/constructs/analysis.ts';
import { bundle } from './bundle.ts';

const ENTRIES = {
  product: 'processors/stream/handler.ts',
  per_record: 'bench/baselines/per-record.ts',
  powertools: 'bench/baselines/powertools.ts',
  floor: 'bench/baselines/floor.ts',
};
export type ProgramName = keyof typeof ENTRIES;

/**
 * Entry points of the host processes. One process invokes a program in the same way as Lambda. The
 * other process emulates the AWS services.
 */
const HOSTS = { program: 'bench/processes/program.ts', services: 'bench/processes/services.ts' };

/** Path of the bundled module of each program and of each host process. */
export type Bundles = Record<ProgramName | keyof typeof HOSTS, string>;

/**
 * Bundles the programs with the same settings as the stack's functions.
 *
 * @param folder receives the bundles.
 */
export function bundlePrograms(folder: string): Bundles {
  const entries = Object.entries({ ...ENTRIES, ...HOSTS }).map(([name, entry]) => [
    name,
    bundle({ entry }, folder, name, ANALYSIS_ASSETS),
  ]);
  return Object.fromEntries(entries) as Bundles;
}
