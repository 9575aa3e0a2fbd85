import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An entry in the answer to `GET /_cloud/meter`. */
export interface MeterEntry {
  service: string;
  action: string;
  caller: string;
  calls: number;
  /** Number of failed calls by the code of the error. */
  errors: Record<string, number>;
  usage?: Record<string, number>;
}

/** Reads the logs of all functions of an embedded cloud. */
export async function functionLog(data_dir: string): Promise<string> {
  const folder = join(data_dir, 'logs');
  const names = await readdir(folder);
  const logs = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return logs.join('\n');
}
