/**
 * Fails if a statement of the product or of a package calls a function of this repository and drops the value that the function
 * returns. The value may be an outcome, for example the records that a store refused. Write `void`
 * before a call whose value is really not needed. The lint also reports a dropped value of a
 * standard method that only computes a value, for example `filter`.
 *
 * @example npx tsx scripts/lint-dropped-results.ts
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import ts from 'typescript';
import rooms from '../rooms.json' with { type: 'json' };
import { type DroppedResult, findDroppedResults } from './dropped-results/find.ts';

const root = new URL('..', import.meta.url).pathname;
const { config } = ts.parseConfigFileTextToJson('', readFileSync(`${root}tsconfig.json`, 'utf8'));
const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, root);
const rooms_to_check = Object.entries<string[]>(rooms)
  .filter(([, traits]) => traits.includes('product') || traits.includes('package'))
  .map(([room, traits]) => `${root}${room}/${traits.includes('package') ? 'src/' : ''}`);
const files = fileNames.filter((file) => rooms_to_check.some((room) => file.startsWith(room)));
const program = ts.createProgram(files, options);
const found = files.flatMap((file) => {
  const source = program.getSourceFile(file);
  return source === undefined ? [] : findDroppedResults(source, program.getTypeChecker());
});

for (const { file, line, call } of found.map(describe)) {
  console.error(`${file}:${line}  ${call} returns a value that this statement drops.`);
}
if (found.length > 0) {
  console.error(
    `${found.length} results are dropped. Use the value, or write void before the call.`,
  );
  process.exitCode = 1;
}

function describe(one: DroppedResult) {
  return { ...one, file: relative(root, one.file) };
}
