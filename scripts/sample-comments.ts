/**
 * Prints random comments without the code. A reader can then judge whether each comment is clear
 * without the code. The same seed always selects the same comments.
 *
 * @example npx tsx scripts/sample-comments.ts --seed 1 --count 70 --room api
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { listTrackedFiles } from './voice/files.ts';
import { drawSample } from './voice/sample.ts';
import { listComments, parseSource } from './voice/source.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: { type: 'string', default: '70' },
    room: { type: 'string', default: '' },
  },
});
if (values.seed === undefined) throw new Error('--seed: expected a number, as in --seed 1');

const prefix = values.room === '' ? '' : `${values.room.replace(/\/$/, '')}/`;
const comments = listTrackedFiles(process.cwd())
  .filter((path) => /\.(ts|mjs)$/.test(path) && path.startsWith(prefix) && existsSync(path))
  .flatMap((path) =>
    listComments(parseSource(path, readFileSync(path, 'utf8'))).map(
      ({ text, line }) => `${path}:${line}\n${text}`,
    ),
  );
console.log(drawSample(comments, Number(values.count), Number(values.seed)).join('\n\n'));
