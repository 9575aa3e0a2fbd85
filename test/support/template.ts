import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { NO_RECEIVER } from '../../infra/constructs/alarms/topic.ts';
import { createApp } from '../../infra/create-app.ts';
import { settings } from '../../infra/settings.ts';
import { AuraStreamStack } from '../../infra/stack.ts';
import { BUNDLE_FILE } from './no-bundles.ts';

/** Folder of the cloud assembly from which a template comes. */
const folders = new WeakMap<Template, string>();

/** Creates the stack without its bundles. */
export function synthesizeStack(overrides: Partial<typeof settings> = {}): AuraStreamStack {
  const app = createApp({
    context: { 'aws:cdk:bundling-stacks': [] },
    // CDK's own validation takes 8 s at first and half a second later. test/infra/app.test.ts has it.
    builtinCloudFormationValidation: false,
  });
  return new AuraStreamStack(app, 'Test', { ...settings, ...overrides });
}

let default_template: Template | undefined;

/**
 * Synthesizes the template of the stack without its bundles. All tests of a worker share the template
 * of the default settings.
 */
export function synthesize(overrides?: Partial<typeof settings>): Template {
  if (overrides !== undefined) return synthesizeWith(overrides);
  default_template ??= synthesizeWith({});
  return default_template;
}

function synthesizeWith(overrides: Partial<typeof settings>): Template {
  const stack = synthesizeStack(overrides);
  // Each synthesis would print the warning that no address receives the alarms.
  Annotations.of(stack).acknowledgeWarning(NO_RECEIVER);
  const template = Template.fromStack(stack);
  folders.set(template, Stage.of(stack)?.outdir ?? '');
  return template;
}

/** Lists what each function of a template would bundle. See test/support/no-bundles.ts. */
export function listBundles(template: Template): Record<string, unknown> {
  const functions = listResources(template, 'AWS::Lambda::Function');
  return Object.fromEntries(
    Object.entries(functions).map(([id, { Code }]) => {
      const asset = `asset.${Code.S3Key.replace(/\.zip$/, '')}`;
      const file = join(folders.get(template) ?? '', asset, BUNDLE_FILE);
      return [id, JSON.parse(readFileSync(file, 'utf8'))];
    }),
  );
}

// biome-ignore lint/suspicious/noExplicitAny: the properties in a template can be any JSON value.
export type Properties = Record<string, any>;

/**
 * Lists the resources of a type by their logical ids. The function removes the hash that CDK adds
 * to an id. Each reference is replaced by a string such as `JobsTable`, `JobsTable.Arn` or
 * `JobsTable.Arn/index/by_due`.
 */
export function listResources(template: Template, type: string): Record<string, Properties> {
  return Object.fromEntries(
    Object.entries(template.findResources(type)).map(([id, resource]) => [
      withoutHash(id),
      simplify(resource.Properties ?? {}) as Properties,
    ]),
  );
}

/** Lists what the deletion of the stack does to each resource of a type. */
export function listDeletions(template: Template, type: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(template.findResources(type)).map(([id, resource]) => {
      const { DeletionPolicy = 'Delete', UpdateReplacePolicy = 'Delete' } = resource;
      if (DeletionPolicy !== UpdateReplacePolicy) {
        throw new Error(`${id}: a deletion does ${DeletionPolicy}, a replacement does not`);
      }
      return [withoutHash(id), DeletionPolicy];
    }),
  );
}

/** Lists the resources that CloudFormation creates before each resource of a type. */
export function listDependencies(template: Template, type: string): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(template.findResources(type)).map(([id, { DependsOn = [] }]) => [
      withoutHash(id),
      [DependsOn].flat().map(withoutHash),
    ]),
  );
}

/** Lists the outputs of the stack. References are replaced as in `listResources`. */
export function listOutputs(template: Template): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(template.findOutputs('*')).map(([name, { Value }]) => [
      withoutHash(name),
      simplify(Value),
    ]),
  );
}

function withoutHash(id: string): string {
  return id.replace(/[0-9A-F]{8}$/, '');
}

function simplify(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(simplify);
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Properties;
  if (typeof Ref === 'string') return withoutHash(Ref);
  if (attribute !== undefined) return `${withoutHash(attribute[0])}.${attribute[1]}`;
  if (join !== undefined) return join[1].map(simplify).join(join[0]);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, simplify(part)]));
}
