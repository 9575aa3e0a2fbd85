import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import rooms from '../../rooms.json' with { type: 'json' };
import { type Ended, ROOT, run } from '../support/process.ts';

interface Packed {
  filename: string;
  unpackedSize: number;
  files: { path: string }[];
}

const PUBLISHED = Object.entries<string[]>(rooms).flatMap(([room, uses]) =>
  uses.includes('published') ? [room] : [],
);
const LIBRARY = new RegExp(`^dist/(${PUBLISHED.join('|')})/.+\\.(js|d\\.ts)$`);
const EXPORTS = ['client', 'ingest', 'schemas', 'kinesis'];
/**
 * Matches npm commands that work only in the repository. The package does not contain the scripts.
 */
const REPOSITORY_SCRIPT = /npm (?:start|test|ci|run \w+)/;

let consumer: string;
let packed: Packed;

/**
 * Creates a folder in which only the package and its dependencies are installed, as in the project
 * of a user.
 */
beforeAll(async () => {
  consumer = await mkdtemp(join(tmpdir(), 'aurastream-package-'));
  const { code, stdout, stderr } = await run([
    'npm',
    'pack',
    '--json',
    '--pack-destination',
    consumer,
  ]);
  expect(code, stderr).toBe(0);
  [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [Packed];
  const folder = join(consumer, 'node_modules', 'aurastream');
  await mkdir(folder, { recursive: true });
  await run(['tar', '-xzf', packed.filename, '-C', folder, '--strip-components=1'], {
    cwd: consumer,
  });
  for (const name of [...Object.keys(manifest.dependencies), '@types/node']) {
    const path = join(consumer, 'node_modules', name);
    await mkdir(dirname(path), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), path);
  }
});

afterAll(() => rm(consumer, { recursive: true, force: true }));

function runInstalled(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const command = ['node', 'node_modules/aurastream/cli/aurastream.mjs', ...args];
  return run(command, { cwd: consumer, env });
}

it('the package holds the built library, the bundled command, its notices and nothing else', () => {
  const surplus = packed.files
    .map(({ path }) => path)
    .filter((path) => !/^(LICENSE|README\.md|package\.json|cli\/aurastream\.mjs)$/.test(path))
    .filter((path) => !LIBRARY.test(path))
    .filter(
      (path) => !/^dist\/cli\/(main\.js|chunks\/.+\.js|THIRD-PARTY-NOTICES\.txt)$/.test(path),
    );
  expect(surplus).toEqual([]);
  // 2.21 MB on 2026-11-28, of which the connectors and their WebSocket client are 0.09 MB.
  expect(packed.unpackedSize).toBeLessThan(2_250_000);
});

it('the installed command prints its help, and makes a plan without a cloud', async () => {
  const help = await runInstalled(['--help']);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toContain('aurastream ingest');
  const plan = ['plan', '--rate', '500/s', '--length', '140', '--repeat', '60%', '--json'];
  const { code, stdout, stderr } = await runInstalled(plan);
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toHaveProperty('usd_per_month');
});

/** Returns what a file of the bundle imports before it runs, with the imports of those files. */
async function listStaticImports(path: string, found = new Map<string, number>()) {
  const code = await readFile(path, 'utf8');
  found.set(path, code.length);
  for (const [, name = ''] of code.matchAll(/\b(?:from|import)"([^"]+)"/g)) {
    const file = name.startsWith('.') ? join(dirname(path), name) : name;
    if (found.has(file)) continue;
    if (file === name) found.set(name, 0);
    else await listStaticImports(file, found);
  }
  return found;
}

it('the installed command loads neither the AWS SDK nor zod for its help and its version, but 100 KB of code', async () => {
  const folder = join(consumer, 'node_modules', 'aurastream', 'dist', 'cli');
  const found = await listStaticImports(join(folder, 'main.js'));
  const packages = [...found.keys()].filter((name) => !name.startsWith('/'));
  expect(packages.filter((name) => !name.startsWith('node:'))).toEqual([]);
  const sizes = [...found.values()];
  expect(sizes.length).toBeGreaterThan(1);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(100_000);
  const version = await runInstalled(['--version']);
  expect(version).toMatchObject({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
});

it('the installed command never tells its user to run a script of the repository', async () => {
  const { code, stderr } = await runInstalled(['query', 'SELECT 1'], {
    AWS_EC2_METADATA_DISABLED: 'true',
    HOME: consumer,
  });
  expect(code).toBe(1);
  expect(stderr).toContain('set AWS credentials and a region');
  const folder = join(consumer, 'node_modules', 'aurastream', 'dist');
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith('.js')) continue;
    const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
    expect(REPOSITORY_SCRIPT.exec(text)?.[0], entry.name).toBeUndefined();
  }
});

it('every export of the package can be imported with its dependencies alone', async () => {
  const imports = EXPORTS.map((name) => `await import('aurastream/${name}')`);
  const script = `console.log(JSON.stringify([${imports.join(', ')}].map((one) => Object.keys(one))))`;
  const { code, stdout, stderr } = await run(['node', '--input-type=module', '-e', script], {
    cwd: consumer,
  });
  expect(code, stderr).toBe(0);
  const [client, ingest, schemas, kinesis] = JSON.parse(stdout) as string[][];
  expect(client).toEqual(expect.arrayContaining(['ApiError', 'createClient']));
  expect(ingest).toContain('createPublisher');
  expect(schemas).toContain('recordSchema');
  expect(kinesis).toContain('createKinesisStream');
  expect(Object.keys(manifest.exports)).toEqual([
    ...EXPORTS.map((name) => `./${name}`),
    './package.json',
  ]);
});

it('a TypeScript program of a consumer compiles against the declarations of every export', async () => {
  await writeFile(join(consumer, 'package.json'), '{ "type": "module" }');
  await writeFile(
    join(consumer, 'program.ts'),
    `import { createClient } from 'aurastream/client';
import { createPublisher } from 'aurastream/ingest';
import { createKinesisStream } from 'aurastream/kinesis';
import { recordSchema } from 'aurastream/schemas';

const record = { source: 'reviews', text: 'I love my cat' };
recordSchema.parse(record);
const publisher = createPublisher({ stream: createKinesisStream({ stream_name: 'records' }) });
const outcome = await publisher.publish(record);
const client = createClient({ base_url: 'https://api.example.com/v1' });
export const answers = [outcome.status, (await client.analyze(record.text)).sentiment];
`,
  );
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target'];
  const tsc = join(ROOT, 'node_modules', 'typescript-7', 'bin', 'tsc');
  const { code, stdout } = await run(['node', tsc, ...options, 'es2023', 'program.ts'], {
    cwd: consumer,
  });
  expect(code, stdout).toBe(0);
});
