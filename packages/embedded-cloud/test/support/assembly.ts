import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Template } from '../../src/runtime/template/assembly.ts';

/**
 * Writes a cloud assembly into a temporary folder. The assembly contains a template and one folder
 * for each asset. The folder of an asset contains the file `index.mjs`.
 */
export async function writeAssembly(
  template: Template,
  bundles: Record<string, string> = {},
  stackName = 'Fixture',
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'embedded-cloud-assembly-'));
  const files: Record<string, unknown> = {};
  for (const [hash, code] of Object.entries(bundles)) {
    const path = `asset.${hash}`;
    await mkdir(join(directory, path));
    await writeFile(join(directory, path, 'index.mjs'), code);
    files[hash] = { source: { path }, destinations: { here: { objectKey: `${hash}.zip` } } };
  }
  const stack = {
    type: 'aws:cloudformation:stack',
    properties: { templateFile: 'Fixture.template.json', stackName },
  };
  await writeJson(join(directory, 'manifest.json'), { artifacts: { Fixture: stack } });
  await writeJson(join(directory, 'Fixture.template.json'), template);
  await writeJson(join(directory, 'Fixture.assets.json'), { files });
  return directory;
}

async function writeJson(path: string, content: unknown): Promise<void> {
  await writeFile(path, JSON.stringify(content));
}
