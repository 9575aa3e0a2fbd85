import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Of a bundled module and of all that it imports statically: what is imported on demand is read on demand. */
export async function importedBytes(module: string, seen = new Set<string>()): Promise<number> {
  if (seen.has(module)) return 0;
  seen.add(module);
  const code = await readFile(module, 'utf8');
  let bytes = Buffer.byteLength(code);
  for (const [, file] of code.matchAll(/(?:\bfrom|\bimport)\s*"(\.\/[^"]+)"/g)) {
    bytes += await importedBytes(join(dirname(module), file!), seen);
  }
  return bytes;
}
