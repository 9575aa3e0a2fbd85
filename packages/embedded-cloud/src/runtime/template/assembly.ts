import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The parts of a CloudFormation template that the embedded cloud reads. */
export interface Template {
  Parameters?: Record<string, { Type: string; Default?: string | number }>;
  Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  Conditions?: Record<string, unknown>;
  Resources: Record<string, TemplateResource>;
  Outputs?: Record<string, { Value: unknown; Condition?: string }>;
}

/** A resource of a template, whose intrinsic functions are not resolved yet. */
export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  Metadata?: Record<string, unknown>;
  Condition?: string;
}

/**
 * A cloud assembly that `cdk synth` wrote. The assembly contains the template of one stack and the
 * folders of its file assets.
 */
export interface Assembly {
  directory: string;
  stack_name: string;
  template: Template;
  /**
   * Returns the folder of the asset with this S3 key.
   * @throws {Error} if the assembly has no such asset.
   */
  assetFolder(object_key: string): string;
}

interface Manifest {
  artifacts?: Record<
    string,
    { type: string; properties?: { templateFile?: string; stackName?: string } }
  >;
}

interface AssetManifest {
  files?: Record<
    string,
    { source: { path?: string }; destinations: Record<string, { objectKey: string }> }
  >;
}

/**
 * Reads a cloud assembly.
 *
 * @example
 * const { template } = await loadAssembly('cdk.out');
 * console.log(Object.keys(template.Resources));
 *
 * @throws {Error} if the folder has no `manifest.json`, or the assembly does not have exactly one
 * stack.
 */
export async function loadAssembly(directory: string): Promise<Assembly> {
  const manifest = await readJson<Manifest>(join(directory, 'manifest.json'));
  const stacks = Object.entries(manifest.artifacts ?? {}).filter(
    ([, artifact]) => artifact.type === 'aws:cloudformation:stack',
  );
  const [stack] = stacks;
  if (stack === undefined || stacks.length > 1) {
    throw new Error(
      `${directory} must contain exactly one stack, and contains ${stacks.length}. ` +
        'Synthesize one stack into a folder of its own.',
    );
  }
  const [id, { properties }] = stack;
  const template = await readJson<Template>(
    join(directory, properties?.templateFile ?? `${id}.template.json`),
  );
  const assets = await assetFolders(directory, id);
  return {
    directory,
    stack_name: properties?.stackName ?? id,
    template,
    assetFolder(object_key) {
      const folder = assets.get(object_key);
      if (folder === undefined)
        throw new Error(
          `${directory} has no file asset with the key ${object_key}. Run cdk synth again.`,
        );
      return folder;
    },
  };
}

/**
 * Reads the asset manifest.
 * @returns the folder of each asset by its S3 key.
 */
async function assetFolders(directory: string, stack_id: string): Promise<Map<string, string>> {
  const manifest = await readJson<AssetManifest>(join(directory, `${stack_id}.assets.json`)).catch(
    (cause: NodeJS.ErrnoException): AssetManifest => {
      if (cause.code === 'ENOENT') return {};
      throw cause;
    },
  );
  const folders = new Map<string, string>();
  for (const { source, destinations } of Object.values(manifest.files ?? {})) {
    if (source.path === undefined) continue;
    for (const { objectKey } of Object.values(destinations)) {
      folders.set(objectKey, join(directory, source.path));
    }
  }
  return folders;
}

async function readJson<Shape>(path: string): Promise<Shape> {
  return JSON.parse(await readFile(path, 'utf8')) as Shape;
}
