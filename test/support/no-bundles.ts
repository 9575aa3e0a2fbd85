import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { bundle as bundleHandler } from '../../infra/bundling.ts';

/** File of a replaced bundle that says what the real bundle would contain. */
export const BUNDLE_FILE = 'bundle.json';

/**
 * Replaces the bundling of infra/bundling.ts. The replacement returns a folder that only says what
 * to bundle, so that the synthesis of a template takes little time.
 */
export const bundle: typeof bundleHandler = (what, assets = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'aurastream-no-bundle-'));
  const entry = 'entry' in what ? what.entry : what.source;
  writeFileSync(join(folder, BUNDLE_FILE), JSON.stringify({ entry, assets }));
  return folder;
};
