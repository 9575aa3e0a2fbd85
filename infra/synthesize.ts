import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import rooms from '../rooms.json' with { type: 'json' };

export interface SynthOptions {
  /** Path of the repository's root folder. */
  root?: string;
  /**
   * Function that is called before a synthesis starts, because a synthesis takes several seconds.
   */
  onSynth?: () => void;
  /** Name of the environment. If it is absent, the default environment is synthesized. */
  environment?: string;
}

/** Files and folders that determine the template and the bundles. */
const SOURCES = [
  ...Object.entries<string[]>(rooms).flatMap(([path, uses]) =>
    uses.includes('deployed') ? [path] : [],
  ),
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'cdk.json',
];
const KEPT = 3;
const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * Returns the folder of the cloud assembly, which contains the template and the bundles. The
 * function synthesizes the assembly only if no assembly exists for the current sources.
 *
 * @returns the path of the folder. The name of the folder is a hash of the sources, followed by the
 * name of the environment.
 * @throws {Error} if the synthesis fails. The message contains the end of the output and advice.
 */
export async function assemblyDir(options: SynthOptions = {}): Promise<string> {
  const root = options.root ?? ROOT;
  const assemblies = join(root, '.aurastream', 'assembly');
  const { environment } = options;
  const hash = await contentHash(root);
  const directory = join(assemblies, environment === undefined ? hash : `${hash}-${environment}`);
  if (!(await isComplete(directory))) {
    options.onSynth?.();
    await mkdir(assemblies, { recursive: true });
    const fresh = join(assemblies, `.new-${process.pid}-${environment ?? ''}`);
    await rm(fresh, { recursive: true, force: true });
    await run(root, fresh, environment === undefined ? {} : { environment });
    await moveTo(fresh, directory);
  }
  const now = new Date();
  await utimes(directory, now, now);
  await keepNewest(assemblies);
  return directory;
}

/**
 * Computes a hash of the paths and contents of all sources. The hash consists of the first 16
 * hexadecimal digits of an SHA-256 hash.
 */
export async function contentHash(root: string): Promise<string> {
  const files = (await Promise.all(SOURCES.map((source) => filesOf(join(root, source))))).flat();
  const contents = await Promise.all(files.map((file) => readFile(file)));
  const hash = createHash('sha256');
  for (const [index, file] of files.entries()) {
    hash
      .update(`${relative(root, file)}\0${contents[index]?.length}\0`)
      .update(contents[index] ?? '');
  }
  return hash.digest('hex').slice(0, 16);
}

async function filesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return [];
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const isComplete = (directory: string) =>
  stat(join(directory, 'manifest.json')).then(
    () => true,
    () => false,
  );

/**
 * Moves a new assembly to its final path. If another process has already moved the same assembly to
 * that path, the function deletes the new assembly.
 */
async function moveTo(fresh: string, directory: string): Promise<void> {
  try {
    await rename(fresh, directory);
  } catch (cause) {
    await rm(fresh, { recursive: true, force: true });
    if (!(await isComplete(directory))) throw cause;
  }
}

async function run(
  root: string,
  CDK_OUTDIR: string,
  context: Record<string, string>,
): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'infra/app.ts'], {
    cwd: root,
    env: {
      ...process.env,
      CDK_OUTDIR,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      // CDK's validation takes 8 s. `npm run deploy` validates, and the embedded cloud refuses what it does not know.
      CDK_VALIDATION: 'false',
      // Turns off a warning of jsii about the Node version.
      JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { code, output } = await waitForExit(child);
  if (code === 0 && (await isComplete(CDK_OUTDIR))) return;
  await rm(CDK_OUTDIR, { recursive: true, force: true });
  throw new Error(
    `The synthesis of infra/app.ts failed with exit code ${code}. The end of its output:\n` +
      `${output.trimEnd().split('\n').slice(-20).join('\n')}\n` +
      'Try `npm ci`, then `npm run synth` to see the whole output.',
  );
}

/** Returns the exit code of a process, and the end of its output. */
async function waitForExit(child: ChildProcessByStdio<null, Readable, Readable>) {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-10_000);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  return { code, output };
}

/**
 * Deletes all assemblies except the most recently used assemblies. Several assemblies remain,
 * because a developer who switches between two branches should not wait for a synthesis after each
 * switch.
 */
async function keepNewest(assemblies: string): Promise<void> {
  const entries = await readdir(assemblies, { withFileTypes: true });
  const names = entries.filter(({ name }) => !name.startsWith('.')).map(({ name }) => name);
  const used = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(assemblies, name))).mtimeMs })),
  );
  used.sort((left, right) => right.at - left.at);
  await Promise.all(
    used
      .slice(KEPT)
      .map(({ name }) => rm(join(assemblies, name), { recursive: true, force: true })),
  );
}
