import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import type { Assembly, Template, TemplateResource } from './assembly.ts';
import { createResolver } from './intrinsics.ts';
import { parameterValues, pseudoParameters } from './parameters.ts';
import { createResource, type Resource } from './resource.ts';
import { IGNORED_TYPES, RESOURCE_TYPES } from './resource-types.ts';

/**
 * The template with its parameters applied. Names, references and outputs are resolved as
 * CloudFormation resolves them.
 */
export interface Stack {
  name: string;
  /** The stack's ARN. */
  id: string;
  /** Returns the resources of one type. A resource whose condition is false is left out. */
  resources(type: string): Resource[];
  resource(logical_id: string): Resource;
  outputs(): Record<string, string>;
  parameters: Record<string, string>;
  /** The template as it was deployed, with its intrinsic functions. */
  template: object;
}

/**
 * Creates the stack of a template.
 * @throws {Error} if a resource is neither emulated nor ignored. The message contains the logical
 * id and the type of each refused resource.
 * @throws {Error} if a parameter is unknown or has no value. The message contains the name of the
 * parameter.
 */
export function createStack(assembly: Assembly, overrides: Record<string, string> = {}): Stack {
  const { template, stack_name } = assembly;
  const parameters = parameterValues(template, overrides);
  refuseUnsupported(template.Resources);
  const id = `arn:aws:cloudformation:${REGION}:${ACCOUNT_ID}:stack/${stack_name}/embedded`;
  const pseudo = pseudoParameters(stack_name, id);

  const condition = (name: string): boolean => {
    const expression = template.Conditions?.[name];
    if (expression === undefined) throw new Error(`The template has no condition ${name}.`);
    return resolve(expression) === true;
  };
  const resolve = createResolver({
    ref: (name) => pseudo[name] ?? parameters[name] ?? resource(name).physical_id,
    attribute: (name, attribute) => resource(name).attribute(attribute),
    condition,
    mapping: (...keys) => readMapping(template, keys),
  });
  const exists = ({ Condition }: { Condition?: string }) =>
    Condition === undefined || condition(Condition);

  const resources = new Map<string, Resource>();
  const resource = (logical_id: string): Resource => {
    const definition = template.Resources[logical_id];
    if (definition === undefined || !exists(definition)) {
      throw new Error(`The template has no resource or parameter ${logical_id}.`);
    }
    const known = resources.get(logical_id);
    if (known !== undefined) return known;
    const created = createResource(stack_name, logical_id, definition, resolve);
    resources.set(logical_id, created);
    return created;
  };

  return {
    name: stack_name,
    id,
    parameters,
    template,
    resource,
    resources: (type) =>
      Object.entries(template.Resources)
        .filter(([, definition]) => definition.Type === type && exists(definition))
        .map(([logical_id]) => resource(logical_id)),
    outputs: () =>
      Object.fromEntries(
        Object.entries(template.Outputs ?? {})
          .filter(([, output]) => exists(output))
          .map(([name, { Value }]) => [name, String(resolve(Value))]),
      ),
  };
}

function readMapping({ Mappings }: Template, keys: [map: string, top: string, second: string]) {
  const [map, top, second] = keys;
  const value = Mappings?.[map]?.[top]?.[second];
  if (value === undefined) throw new Error(`The template has no mapping ${keys.join('.')}.`);
  return value;
}

function refuseUnsupported(resources: Record<string, TemplateResource>): void {
  const unsupported = Object.entries(resources)
    .filter(([, { Type }]) => !(Type in RESOURCE_TYPES) && !(Type in IGNORED_TYPES))
    .map(([logical_id, { Type }]) => `${logical_id} (${Type})`);
  if (unsupported.length === 0) return;
  const known = Object.keys(RESOURCE_TYPES).join(', ');
  throw new Error(`${unsupported.join(', ')} is not emulated. Emulated types: ${known}.`);
}
