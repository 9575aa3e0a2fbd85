import { createHmac, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Reads the root secret of a data folder, and creates the secret at the first start. The secrets of
 * all access keys and the control token are derived from the root secret, so that they stay the
 * same after a restart. Only the owner of the folder can read the file.
 */
export async function readRootSecret(data_dir: string): Promise<string> {
  const path = join(data_dir, 'root-secret');
  const stored = await readFile(path, 'utf8').catch(() => '');
  if (stored.length === SECRET_BYTES * 2) return stored;
  const secret = randomBytes(SECRET_BYTES).toString('hex');
  await writeFile(path, secret, { mode: 0o600 });
  return secret;
}

const SECRET_BYTES = 32;
/** Length of a secret access key on AWS. */
const SECRET_LENGTH = 40;

/** Derives the secret of one use. A secret contains only letters and digits, for use in a shell. */
export function deriveSecret(root_secret: string, use: string): string {
  return createHmac('sha256', root_secret).update(use).digest('hex').slice(0, SECRET_LENGTH);
}
