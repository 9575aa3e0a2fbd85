/**
 * Refuses words and function names that hide who does what: sentences name their subject, functions are verbs.
 * `--baseline N` accepts at most N findings: lower it when the count falls.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { checkFiles } from './voice/check.ts';
import { listTrackedFiles } from './voice/files.ts';

const { values } = parseArgs({ options: { baseline: { type: 'string', default: '0' } } });
const baseline = Number(values.baseline);
const root = process.cwd();
const findings = checkFiles(root, listTrackedFiles(root).filter(existsSync));

if (findings.length > baseline) {
  for (const { path, line, message } of findings) console.error(`${path}:${line} ${message}`);
  console.error(`${findings.length} findings; at most ${baseline} are accepted.`);
  process.exitCode = 1;
} else if (findings.length < baseline) {
  console.error(`${findings.length} findings: lower --baseline from ${baseline} in package.json.`);
}
