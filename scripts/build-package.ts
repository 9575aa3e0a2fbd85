/**
 * Builds the files that `npm pack` packs. The folder dist then contains the compiled library and
 * the bundle of the command.
 */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleCommand } from './package/command.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const TSC = `${ROOT}node_modules/typescript-7/bin/tsc`;

rmSync(`${ROOT}dist`, { recursive: true, force: true });
execFileSync(process.execPath, [TSC, '-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'inherit' });
await bundleCommand(ROOT);
