import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A CloudFormation template, as far as the embedded cloud reads it. */
export interface Template {
  Parameters?: Record<string, { Type: string; Default?: string | number }>;
  Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  Conditions?: Record<string, unknown>;
  Resources: Record<string, TemplateResource>;
  Outputs?: Record<string, { Value: unknown; Condition?: string }>;
}

export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  Metadata?: Record<string, unknown>;
  Condition?: string;
}

/** What `cdk synth` wrote: one stack's template, and the folders of its file assets. */
export interface Assembly {
  directory: string;
  stack_name: string;
  template: Template;
  /** The folder of the asset that is published under this S3 key. @throws {Error} where no asset is. */
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
 * Reads a cloud assembly by its `manifest.json`.
 *
 * @throws {Error} where it has no manifest, or not exactly one stack.
 */
export async function loadAssembly(directory: string): Promise<Assembly> {
  const manifest = await readJson<Manifest>(join(directory, 'manifest.json'));
  const stacks = Object.entries(manifest.artifacts ?? {}).filter(
    ([, artifact]) => artifact.type === 'aws:cloudformation:stack',
  );
  const [stack] = stacks;
  if (stack === undefined || stacks.length > 1) {
    throw new Error(`${directory} must hold exactly one stack, and holds ${stacks.length}.`);
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
      if (folder === undefined) throw new Error(`${directory} has no asset for ${object_key}.`);
      return folder;
    },
  };
}

/** The asset manifest says which folder is uploaded under which key. */
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
