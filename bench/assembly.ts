import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAssembly, type TemplateResource } from '@aurastream/embedded-cloud';
import { assemblyDir } from '../infra/synthesize.ts';
import { withFolder } from './folder.ts';

/**
 * Copies the synthesized assembly to a temporary folder, changes settings of the copy's template,
 * and runs the work with the copy. A suite uses this function to raise a limit that the suite does
 * not measure. Bundles and all other settings stay as they are deployed.
 *
 * @param change is called with each resource and the resource's logical id, and edits the resource
 * in place.
 */
export function withAssembly<T>(
  change: (resource: TemplateResource, logical_id: string) => void,
  work: (assembly_dir: string) => Promise<T>,
): Promise<T> {
  return withFolder(async (folder) => {
    await cp(await assemblyDir(), folder, { recursive: true });
    const { stack_name, template } = await loadAssembly(folder);
    for (const [logical_id, resource] of Object.entries(template.Resources)) {
      change(resource, logical_id);
    }
    await writeFile(join(folder, `${stack_name}.template.json`), JSON.stringify(template));
    return work(folder);
  });
}
