/** Refuses words and function names that hide the subject: sentences name it, and functions are verbs. */
import { existsSync } from 'node:fs';
import { checkFiles } from './voice/check.ts';
import { listTrackedFiles } from './voice/files.ts';

const root = process.cwd();
const findings = checkFiles(root, listTrackedFiles(root).filter(existsSync));
for (const { path, line, message } of findings) console.error(`${path}:${line} ${message}`);
if (findings.length > 0) process.exitCode = 1;
