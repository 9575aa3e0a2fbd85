import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import type { Assembly, TemplateResource } from './assembly.ts';
import { createResolver, NO_VALUE } from './intrinsics.ts';
import { IGNORED_TYPES, type Naming, RESOURCE_TYPES } from './resource-types.ts';

/** A resource of the template with its references resolved as they are asked for. */
export interface Resource {
  logical_id: string;
  type: string;
  physical_id: string;
  /** All properties, resolved. @throws {Error} that names this resource, where one can't be. */
  properties(): Record<string, unknown>;
  attribute(name: string): string;
}

/** The template with parameters applied: names, references and outputs as CloudFormation would make them. */
export interface Stack {
  name: string;
  /** The stack's ARN. */
  id: string;
  /** The resources of one type, those whose condition is false left out. */
  resources(type: string): Resource[];
  resource(logical_id: string): Resource;
  outputs(): Record<string, string>;
  parameters: Record<string, string>;
}

/**
 * @throws {Error} that names logical id and type of each resource that the embedded cloud neither plays nor knowingly
 * ignores, and each parameter that is unknown or has no value.
 */
export function createStack(assembly: Assembly, overrides: Record<string, string> = {}): Stack {
  const { template, stack_name } = assembly;
  const parameters = parameterValues(assembly, overrides);
  refuseUnsupported(template.Resources);
  const id = `arn:aws:cloudformation:${REGION}:${ACCOUNT_ID}:stack/${stack_name}/embedded`;
  const pseudo = pseudoParameters(stack_name, id);

  const resolve = createResolver({
    ref: (name) => pseudo[name] ?? parameters[name] ?? resource(name).physical_id,
    attribute: (name, attribute) => resource(name).attribute(attribute),
    condition,
    mapping(map, top, second) {
      const value = template.Mappings?.[map]?.[top]?.[second];
      if (value === undefined) throw new Error(`No mapping ${map}.${top}.${second}.`);
      return value;
    },
  });
  function condition(name: string): boolean {
    const expression = template.Conditions?.[name];
    if (expression === undefined) throw new Error(`The template has no condition ${name}.`);
    return resolve(expression) === true;
  }

  const known = new Map<string, Resource>();
  function resource(logical_id: string): Resource {
    const definition = template.Resources[logical_id];
    if (definition === undefined || !isMade(definition)) {
      throw new Error(`The template makes no resource or parameter ${logical_id}.`);
    }
    const made =
      known.get(logical_id) ?? createResource(stack_name, logical_id, definition, resolve);
    known.set(logical_id, made);
    return made;
  }
  const isMade = ({ Condition }: TemplateResource) =>
    Condition === undefined || condition(Condition);

  return {
    name: stack_name,
    id,
    parameters,
    resource,
    resources: (type) =>
      Object.entries(template.Resources)
        .filter(([, definition]) => definition.Type === type && isMade(definition))
        .map(([logical_id]) => resource(logical_id)),
    outputs: () =>
      Object.fromEntries(
        Object.entries(template.Outputs ?? {})
          .filter(([, { Condition }]) => Condition === undefined || condition(Condition))
          .map(([name, { Value }]) => [name, String(resolve(Value))]),
      ),
  };
}

function createResource(
  stack_name: string,
  logical_id: string,
  definition: TemplateResource,
  resolve: (value: unknown) => unknown,
): Resource {
  const type = RESOURCE_TYPES[definition.Type];
  if (type === undefined) {
    const reason = IGNORED_TYPES[definition.Type];
    throw new Error(`${logical_id} (${definition.Type}) is not made here: ${reason}.`);
  }
  const busy = new Set<string>();
  /** Says where it went wrong, and stops at a reference that leads back to itself. */
  const guarded = <Value>(what: string, make: () => Value): Value => {
    if (busy.has(what)) throw new Error(`${logical_id} refers to itself.`);
    busy.add(what);
    try {
      return make();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${logical_id} (${definition.Type}): ${message}`, { cause });
    } finally {
      busy.delete(what);
    }
  };
  const naming: Naming = {
    stack_name,
    logical_id,
    property(name) {
      const value = guarded(name, () => resolve(definition.Properties?.[name]));
      return value === NO_VALUE ? undefined : value;
    },
  };
  let physical_id: string | undefined;
  const made: Resource = {
    logical_id,
    type: definition.Type,
    get physical_id() {
      physical_id ??= guarded('its name', () => type.physicalId(naming));
      return physical_id;
    },
    properties: () =>
      guarded('its properties', () => resolve(definition.Properties ?? {})) as Record<
        string,
        unknown
      >,
    attribute(name) {
      const attribute = type.attributes[name];
      if (attribute === undefined) {
        throw new Error(`${logical_id} (${definition.Type}) has no attribute ${name} here.`);
      }
      return attribute(made.physical_id, naming);
    },
  };
  return made;
}

function refuseUnsupported(resources: Record<string, TemplateResource>): void {
  const unsupported = Object.entries(resources)
    .filter(([, { Type }]) => !(Type in RESOURCE_TYPES) && !(Type in IGNORED_TYPES))
    .map(([logical_id, { Type }]) => `${logical_id} (${Type})`);
  if (unsupported.length === 0) return;
  throw new Error(
    `The embedded cloud does not play ${unsupported.join(', ')}. ` +
      `It plays ${Object.keys(RESOURCE_TYPES).join(', ')}.`,
  );
}

function parameterValues(
  { template }: Assembly,
  overrides: Record<string, string>,
): Record<string, string> {
  const declared = template.Parameters ?? {};
  const unknown = Object.keys(overrides).filter((name) => !(name in declared));
  if (unknown.length > 0) throw new Error(`The template has no parameter ${unknown.join(', ')}.`);
  return Object.fromEntries(
    Object.entries(declared).map(([name, { Default }]) => {
      const value = overrides[name] ?? Default;
      if (value === undefined) throw new Error(`The parameter ${name} needs a value.`);
      return [name, String(value)];
    }),
  );
}

function pseudoParameters(stack_name: string, stack_id: string): Record<string, unknown> {
  return {
    'AWS::AccountId': ACCOUNT_ID,
    'AWS::Region': REGION,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stack_name,
    'AWS::StackId': stack_id,
    'AWS::NotificationARNs': [],
    'AWS::NoValue': NO_VALUE,
  };
}
