import type { TemplateResource } from './assembly.ts';
import { NO_VALUE } from './intrinsics.ts';
import { IGNORED_TYPES, type Naming, RESOURCE_TYPES } from './resource-types.ts';

/**
 * A resource of the template. References in its properties are resolved when a property is read.
 */
export interface Resource {
  logical_id: string;
  type: string;
  physical_id: string;
  /**
   * Returns all properties of the resource, with references resolved.
   * @throws {Error} if a property cannot be resolved. The message contains the resource's id.
   */
  properties(): Record<string, unknown>;
  attribute(name: string): string;
}

export function createResource(
  stack_name: string,
  logical_id: string,
  definition: TemplateResource,
  resolve: (value: unknown) => unknown,
): Resource {
  const label = `${logical_id} (${definition.Type})`;
  const type = RESOURCE_TYPES[definition.Type];
  if (type === undefined) {
    const reason = IGNORED_TYPES[definition.Type];
    throw new Error(
      `${label} has no name and no attributes: ${reason}. Remove the reference to it.`,
    );
  }
  const guard = createGuard(label);
  const naming: Naming = {
    stack_name,
    logical_id,
    property(name) {
      const value = guard(name, () => resolve(definition.Properties?.[name]));
      return value === NO_VALUE ? undefined : value;
    },
  };
  let physical_id: string | undefined;
  const resource: Resource = {
    logical_id,
    type: definition.Type,
    get physical_id() {
      physical_id ??= guard('the name', () => type.physicalId(naming));
      return physical_id;
    },
    properties: () =>
      guard('all properties', () => resolve(definition.Properties ?? {})) as Record<
        string,
        unknown
      >,
    attribute(name) {
      const attribute = type.attributes[name];
      if (attribute !== undefined) return attribute(resource.physical_id, naming);
      const known = Object.keys(type.attributes).join(', ') || 'none';
      throw new Error(`The attribute ${name} of ${label} is not emulated. Emulated: ${known}.`);
    },
  };
  return resource;
}

/**
 * Creates a function that calls `resolve` to compute a value of a resource. If `resolve` throws an
 * error, the created function adds the resource's label to the message. If a value depends on
 * itself, the created function throws an error.
 */
function createGuard(label: string) {
  const resolving = new Set<string>();
  return <Value>(what: string, resolve: () => Value): Value => {
    if (resolving.has(what)) throw new Error(`${label} refers to itself.`);
    resolving.add(what);
    try {
      return resolve();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${label}: ${message}`, { cause });
    } finally {
      resolving.delete(what);
    }
  };
}
