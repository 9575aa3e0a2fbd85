import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { Advice } from '../errors.ts';

const targetSchema = z.strictObject({
  /** Address of the API. With it, commands that use the API need no AWS credentials. */
  api_url: z.url().optional(),
  /** Address of AWS's services. Absent means AWS itself. */
  endpoint: z.url().optional(),
  region: z.string().optional(),
  /** Profile of the AWS configuration that has the credentials. */
  profile: z.string().optional(),
  stack: z.string().optional(),
});
const targetsSchema = z.record(z.string(), targetSchema);
const keysSchema = z.record(z.string(), z.string());

/** A deployment of AuraStream that commands can use. */
export type Target = z.infer<typeof targetSchema>;
/** A target with the API key that is stored for it. */
export interface KeyedTarget extends Target {
  api_key?: string | undefined;
}

/** Mode of the file of the keys: only its owner can read it. */
const OWNER_ONLY = 0o600;

/**
 * Returns the folder of the configuration.
 * Source: https://specifications.freedesktop.org/basedir-spec/latest/
 */
function findFolder(): string {
  const { XDG_CONFIG_HOME } = process.env;
  return join(XDG_CONFIG_HOME ? XDG_CONFIG_HOME : join(homedir(), '.config'), 'aurastream');
}

/** Returns the file of the targets, which holds no keys. */
export const findTargetsFile = (): string => join(findFolder(), 'targets.json');
const findKeysFile = () => join(findFolder(), 'keys.json');

/** Reads all targets, by their names. */
export async function readTargets(): Promise<Record<string, Target>> {
  return readJson(findTargetsFile(), targetsSchema);
}

/**
 * Reads a target with its key.
 *
 * @throws {Advice} if there is no such target, or if others can read the file of the keys.
 */
export async function readTarget(name: string): Promise<KeyedTarget> {
  const target = (await readTargets())[name];
  if (target === undefined) {
    const advice = `\`aurastream targets list\` shows them; make one with \`aurastream login ${name}\`.`;
    throw new Advice(`There is no target ${name}.`, advice);
  }
  return { ...target, api_key: (await readKeys())[name] };
}

/** Returns the names of the targets that have a key. */
export async function listKeyedTargets(): Promise<Set<string>> {
  return new Set(Object.keys(await readKeys()));
}

/** Stores a target, and its key in a file that only its owner can read. Replaces both. */
export async function storeTarget(
  name: string,
  { api_key, ...target }: KeyedTarget,
): Promise<void> {
  const { [name]: _, ...keys } = await readKeys();
  await writeJson(findKeysFile(), api_key === undefined ? keys : { ...keys, [name]: api_key });
  await writeJson(findTargetsFile(), { ...(await readTargets()), [name]: target });
}

/** Removes a target with its key. Returns whether there was one. */
export async function removeTarget(name: string): Promise<boolean> {
  const { [name]: removed, ...targets } = await readTargets();
  const { [name]: _, ...keys } = await readKeys();
  await writeJson(findKeysFile(), keys);
  if (removed !== undefined) await writeJson(findTargetsFile(), targets);
  return removed !== undefined;
}

async function readKeys(): Promise<Record<string, string>> {
  const file = findKeysFile();
  const mode = await stat(file).then(
    (found) => found.mode,
    () => OWNER_ONLY,
  );
  // Windows has no such modes.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new Advice(`Others can read the keys in ${file}.`, `Run: chmod 600 ${file}`);
  }
  return readJson(file, keysSchema);
}

async function readJson<Value extends object>(
  file: string,
  schema: z.ZodType<Value>,
): Promise<Value> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    // The message of the cause could have a key.
    throw new Advice(`${file} is damaged.`, 'Remove it, and store the targets again.', { cause });
  }
}

/** Writes a file whole or not at all. */
async function writeJson(file: string, value: object): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const part = `${file}.${process.pid}`;
  await writeFile(part, `${JSON.stringify(value, null, 2)}\n`, { mode: OWNER_ONLY });
  await chmod(part, OWNER_ONLY);
  await rename(part, file);
}
