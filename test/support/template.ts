import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { settings } from '../../infra/settings.ts';
import { AuraStreamStack } from '../../infra/stack.ts';

/** Synthesizes the stack without its bundles. */
export function synthesize(overrides: Partial<typeof settings> = {}): Template {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  return Template.fromStack(new AuraStreamStack(app, 'Test', { ...settings, ...overrides }));
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
