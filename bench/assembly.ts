import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAssembly, type TemplateResource } from '@aurastream/embedded-cloud';
import { assemblyDir } from '../infra/synthesize.ts';
import { withFolder } from './folder.ts';

/**
 * What `cdk synth` wrote, with some settings changed, for as long as the work takes: what is measured must not run into
 * a limit that is not the question. Bundles and everything else stay as they are deployed.
 *
 * @param change is given each resource with its logical id.
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
