import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { bundle as bundleHandler } from '../../infra/bundling.ts';

/**
 * Replaces the bundling of infra/bundling.ts. The replacement returns a folder with an empty
 * handler, so that the synthesis of a template takes little time.
 */
export const bundle: typeof bundleHandler = () => {
  const folder = mkdtempSync(join(tmpdir(), 'aurastream-no-bundle-'));
  writeFileSync(join(folder, 'index.js'), '');
  return folder;
};
