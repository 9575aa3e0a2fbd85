import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { type Assets, type Bundled, bundle as bundleHandler } from '../infra/bundling.ts';

/** Bundles as a function is bundled: what stands beside them must not be packed worse, or better. @returns the module. */
export function bundle(what: Bundled, folder: string, name: string, assets?: Assets): string {
  renameSync(bundleHandler(what, assets), join(folder, name));
  return join(folder, name, 'index.mjs');
}
