import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The file in which a running embedded cloud stores its address and credentials. */
const ANNOUNCEMENT = 'cloud.json';
/** The data folder of an embedded cloud, unless the user names another one. */
const DATA_FOLDER = join('.aurastream', 'cloud');

/** The file that names the data folder of the embedded cloud that the user started last. */
function nameLatestFile(): string {
  return join(homedir(), '.aurastream', 'latest');
}

/** Remembers the data folder of a cloud, so that commands find the cloud from any folder. */
export async function rememberCloud(data: string): Promise<void> {
  const file = nameLatestFile();
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, resolve(data), { mode: 0o600 });
}

/** Lists the files that may describe a running cloud. The first one that does so counts. */
export async function listAnnouncements(): Promise<string[]> {
  const folders: string[] = [];
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    folders.push(join(folder, DATA_FOLDER));
    if (folder === dirname(folder)) break;
  }
  const { AWS_PROFILE, AWS_ACCESS_KEY_ID } = process.env;
  if (AWS_PROFILE === undefined && AWS_ACCESS_KEY_ID === undefined) {
    const latest = await readFile(nameLatestFile(), 'utf8').catch(() => undefined);
    if (latest !== undefined) folders.push(latest);
  }
  return folders.map((folder) => join(folder, ANNOUNCEMENT));
}
