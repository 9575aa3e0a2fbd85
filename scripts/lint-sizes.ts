/**
 * Prints the sizes of the files and functions in each room as a Markdown table. A room is a
 * top-level folder or a package. The program fails if a room exceeds a limit, because
 * docs/architecture.md promises small files and functions.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import rooms from '../rooms.json' with { type: 'json' };
import { measureFile, measureRoom } from './sizes/measure.ts';

const LIMITS = { median_file: 100, p90_function: 30, longest_function: 80 };

const tracked = execFileSync('git', ['ls-files', '*.ts', '*.tsx'], { encoding: 'utf8' })
  .trim()
  .split('\n');
const measured = Object.entries<string[]>(rooms).map(([room, traits]) => {
  // If the room is a package, measure only the folder src, because the sizes do not include tests.
  const sources = traits.includes('package') ? `${room}/src/` : `${room}/`;
  const files = tracked.filter((file) => file.startsWith(sources));
  return {
    traits,
    files: files.map((file) => measureFile(file, readFileSync(file, 'utf8'))),
    room,
  };
});

console.log('| room | files | lines | median file | p90 function | longest function |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const { room, traits, files } of measured) {
  const size = measureRoom(room, files);
  console.log(`| ${Object.values(size).join(' | ')} |`);
  if (!traits.includes('product') && !traits.includes('package')) continue;
  for (const [name, limit] of Object.entries(LIMITS)) {
    const value = size[name as keyof typeof LIMITS];
    if (value <= limit) continue;
    console.error(
      `${room}: ${name} is ${value} lines; the limit is ${limit}. Split the longest ones.`,
    );
    process.exitCode = 1;
  }
  for (const { file, functions } of files) {
    for (const { name, line, lines } of functions) {
      if (lines > LIMITS.longest_function)
        console.error(`  ${file}:${line} ${name}: ${lines} lines`);
    }
  }
}
