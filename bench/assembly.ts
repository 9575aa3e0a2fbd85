import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAssembly, type TemplateResource } from '@aurastream/embedded-cloud';
import { assemblyDir } from '../infra/synthesize.ts';
import { withFolder } from './folder.ts';

/**
 * Copies the synthesized assembly to a temporary folder, changes settings of the copy's template,
 * and runs the work with the copy. A suite uses the function to raise limits, because the limits
 * would otherwise distort the measurement. The copy has the same bundles as the deployment.
 *
 * @param change function that edits a resource in place. `withAssembly` calls the function once for
 * each resource of the template.
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
