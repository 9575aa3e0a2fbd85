import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { bundle as bundleHandler } from '../../infra/bundling.ts';

/** Stands for infra/bundling.ts, so that a template is synthesized in a moment: a folder with an empty handler. */
export const bundle: typeof bundleHandler = () => {
  const folder = mkdtempSync(join(tmpdir(), 'aurastream-no-bundle-'));
  writeFileSync(join(folder, 'index.js'), '');
  return folder;
};
