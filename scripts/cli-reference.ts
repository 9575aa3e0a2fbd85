/**
 * Writes the reference of the commands into docs/cli.md, behind its marker. With `--check` it only says
 * whether the reference is up to date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { createWholeProgram } from '../cli/program.ts';
import { formatReference, replaceReference } from './cli-reference/format.ts';

const FILE = new URL('../docs/cli.md', import.meta.url);

const before = await readFile(FILE, 'utf8');
const after = replaceReference(before, formatReference(await createWholeProgram()));
if (!process.argv.includes('--check')) await writeFile(FILE, after);
else if (before !== after) {
  process.stderr.write('docs/cli.md is not up to date. Run: npm run cli-reference\n');
  process.exitCode = 1;
}
