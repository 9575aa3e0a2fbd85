import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { assemblyDir, contentHash } from '../../../infra/synthesize.ts';

/**
 * Source code of an app. Each run of the app writes a manifest and appends one character to the
 * file `runs`.
 */
const APP = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
const out: string = process.env.CDK_OUTDIR ?? '';
mkdirSync(out, { recursive: true });
writeFileSync(out + '/manifest.json', '{}');
appendFileSync('runs', 'x');
`;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'aurastream-synth-'));
  await symlink(resolve('node_modules'), join(root, 'node_modules'));
  await mkdir(join(root, 'infra'));
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
  await writeFile(join(root, 'infra', 'app.ts'), APP);
});

const runs = async () => (await readFile(join(root, 'runs'), 'utf8')).length;
const change = (text = '// changed\n') => appendFile(join(root, 'infra', 'app.ts'), text);

it('synthesizes once for the same sources, and again when they change', async () => {
  const first = await assemblyDir({ root });
  expect(await readFile(join(first, 'manifest.json'), 'utf8')).toBe('{}');
  expect(await assemblyDir({ root })).toBe(first);
  expect(await runs()).toBe(1);
  await change();
  expect(await assemblyDir({ root })).not.toBe(first);
  expect(await runs()).toBe(2);
});

it('tells a moved or renamed source from the same content elsewhere', async () => {
  await writeFile(join(root, 'infra', 'a.ts'), 'one');
  const before = await contentHash(root);
  await mkdir(join(root, 'schemas'));
  await writeFile(join(root, 'schemas', 'a.ts'), 'one');
  expect(await contentHash(root)).not.toBe(before);
});

it('keeps the three that were used last', async () => {
  for (let n = 0; n < 4; n += 1) {
    await change();
    await assemblyDir({ root });
  }
  expect(await readdir(join(root, '.aurastream', 'assembly'))).toHaveLength(3);
});

it('synthesizes each environment once, with the name of the environment in its context', async () => {
  await change("writeFileSync(out + '/context.json', process.env.CDK_CONTEXT_JSON ?? '');\n");
  const [staging, other] = [
    await assemblyDir({ root, environment: 'staging' }),
    await assemblyDir({ root }),
  ];
  expect(await assemblyDir({ root, environment: 'staging' })).toBe(staging);
  expect(await runs()).toBe(2);
  const readContext = (folder: string) => readFile(join(folder, 'context.json'), 'utf8');
  expect(await readContext(staging)).toBe('{"environment":"staging"}');
  expect(await readContext(other)).toBe('{}');
});

it('shows the end of what a failed synthesis printed and what to try, and keeps nothing of it', async () => {
  await change('console.error("the reason"); process.exit(7);\n');
  await expect(assemblyDir({ root })).rejects.toThrow(/exit code 7[\s\S]*the reason[\s\S]*npm ci/);
  expect(await readdir(join(root, '.aurastream', 'assembly'))).toEqual([]);
});
