import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { type Assets, type Bundled, bundle as bundleHandler } from '../infra/bundling.ts';

/** Bundles as the stack bundles its functions, so that the comparison is fair. @returns the module's path. */
export function bundle(source: Bundled, folder: string, name: string, assets?: Assets): string {
  renameSync(bundleHandler(source, assets), join(folder, name));
  return join(folder, name, 'index.mjs');
}
