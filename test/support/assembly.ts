import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemblyDir } from '../../infra/synthesize.ts';

export interface Template {
  Resources: Record<
    string,
    {
      Type: string;
      Properties: {
        MaximumRetryAttempts?: number;
        Timeout?: number;
        MemorySize?: number;
        Enabled?: boolean;
        Environment?: { Variables: Record<string, unknown> };
        PolicyDocument?: { Statement: { Action: string | string[] }[] };
      };
    }
  >;
}

/**
 * Copies the synthesized assembly to a new folder and changes the template of the copy.
 *
 * @returns the path of the folder.
 */
export async function changedAssembly(change: (template: Template) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aurastream-assembly-'));
  await cp(await assemblyDir(), folder, { recursive: true });
  const path = join(folder, 'AuraStream.template.json');
  const template = JSON.parse(await readFile(path, 'utf8')) as Template;
  change(template);
  await writeFile(path, JSON.stringify(template));
  return folder;
}

/**
 * Changes a template so that Lambda gives up on a batch after the first retry. With the unchanged
 * template, Lambda would retry for hours.
 */
export function withLittlePatience(template: Template): void {
  limitRetries(template, 1);
}

/** Changes the number of retries after which Lambda gives up on a batch. */
export function limitRetries({ Resources }: Template, retries: number): void {
  for (const { Properties } of Object.values(Resources)) {
    if (Properties?.MaximumRetryAttempts !== undefined) Properties.MaximumRetryAttempts = retries;
  }
}
