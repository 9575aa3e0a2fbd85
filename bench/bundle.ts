import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { type Assets, type Bundled, bundle as bundleHandler } from '../infra/bundling.ts';

/**
 * Bundles a program with the same settings as the stack's functions, so that the comparison is
 * fair.
 *
 * @returns the path of the bundled module.
 */
export function bundle(source: Bundled, folder: string, name: string, assets?: Assets): string {
  renameSync(bundleHandler(source, assets), join(folder, name));
  return join(folder, name, 'index.mjs');
}
