/**
 * Points Git at .githooks: npm runs this after `npm install` and `npm ci` in a clone, as the script `prepare`.
 * It changes nothing in CI, in a folder without Git, or in a clone that has other hooks. `--uninstall` undoes it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const HOOKS = '.githooks';

function git(...args) {
  try {
    return execFileSync('git', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

if (process.env.CI === undefined && existsSync('.git')) {
  const current = git('config', '--get', 'core.hooksPath');
  if (process.argv.includes('--uninstall')) {
    if (current === HOOKS) git('config', '--unset', 'core.hooksPath');
  } else if (current === undefined) {
    git('config', 'core.hooksPath', HOOKS);
  }
}
