/**
 * Configures Git to use the hooks in .githooks. In a clone, npm runs this program as the script
 * `prepare` after `npm install` and `npm ci`. The program changes nothing in CI, in a folder
 * without Git, or in a clone that uses other hooks. The option `--uninstall` removes the
 * configuration.
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
