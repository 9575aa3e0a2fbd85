import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Adds up the bytes of a bundled module and of all its static imports, direct and indirect. A
 * function reads all of the bytes when it starts.
 */
export async function measureImportedBytes(
  module: string,
  seen = new Set<string>(),
): Promise<number> {
  if (seen.has(module)) return 0;
  seen.add(module);
  const code = await readFile(module, 'utf8');
  let bytes = Buffer.byteLength(code);
  for (const [, file] of code.matchAll(/(?:\bfrom|\bimport)\s*"(\.\/[^"]+)"/g)) {
    bytes += await measureImportedBytes(join(dirname(module), file!), seen);
  }
  return bytes;
}
