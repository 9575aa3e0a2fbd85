/**
 * Checks the voice rules. The rules require that sentences name their subject and that functions
 * have verbs as names. The program fails if a file violates a rule.
 */
import { existsSync } from 'node:fs';
import { checkFiles } from './voice/check.ts';
import { listTrackedFiles } from './voice/files.ts';

const root = process.cwd();
const findings = checkFiles(root, listTrackedFiles(root).filter(existsSync));
for (const { path, line, message } of findings) console.error(`${path}:${line} ${message}`);
if (findings.length > 0) process.exitCode = 1;
