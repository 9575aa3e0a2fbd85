import type { Assembly } from './assembly.ts';
import type { Resource } from './resource.ts';
import type { Stack } from './stack.ts';

/**
 * Returns a view of all stacks of an account. Several stacks may use the same logical ids, so the
 * ids of all stacks but the first get the name of their stack as a prefix.
 *
 * @throws {Error} if there is no stack, if two stacks have the same name, or if two stacks have a
 * resource of the same type and name.
 */
export function joinStacks(stacks: Stack[]): Stack {
  const [first, ...others] = stacks;
  if (first === undefined) throw new Error('There is no cloud assembly. Name at least one.');
  if (others.length === 0) return first;
  refuseSharedNames(stacks);
  const named = new Map<Resource, Resource>();
  const withStackName = (stack: Stack, resource: Resource): Resource => {
    const known = named.get(resource) ?? prefixId(stack.name, resource);
    named.set(resource, known);
    return known;
  };
  return {
    ...first,
    resources: (type) => [
      ...first.resources(type),
      ...others.flatMap((stack) =>
        stack.resources(type).map((resource) => withStackName(stack, resource)),
      ),
    ],
  };
}

/** Returns the assets of all assemblies. The key of an asset is a hash of its content. */
export function joinAssemblies(assemblies: Assembly[]): Pick<Assembly, 'assetFolder'> {
  return {
    assetFolder(object_key) {
      const errors: unknown[] = [];
      for (const { assetFolder } of assemblies) {
        try {
          return assetFolder(object_key);
        } catch (cause) {
          errors.push(cause);
        }
      }
      throw errors[0];
    },
  };
}

function prefixId(stack_name: string, resource: Resource): Resource {
  return {
    type: resource.type,
    logical_id: `${stack_name}/${resource.logical_id}`,
    // The name is computed when it is read, because it may depend on other resources.
    get physical_id() {
      return resource.physical_id;
    },
    properties: resource.properties,
    attribute: resource.attribute,
  };
}

/**
 * The types whose names are unique in an account and a region.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
 */
const UNIQUE_TYPES = [
  'AWS::Athena::WorkGroup',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::Glue::Database',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Role',
  'AWS::Kinesis::Stream',
  'AWS::KinesisFirehose::DeliveryStream',
  'AWS::Lambda::Function',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
];

/** CloudFormation refuses to create a resource whose name exists already. */
function refuseSharedNames(stacks: Stack[]): void {
  const owners = new Map<string, string>();
  for (const stack of stacks) {
    for (const [what, name] of [['stack', stack.name] as const, ...uniqueNames(stack)]) {
      const owner = owners.get(`${what} ${name}`);
      if (owner !== undefined) {
        throw new Error(
          `${name} (${what}) of the stack ${stack.name} already exists in the stack ${owner}. ` +
            'Give it a name that contains the name of its stack, or none.',
        );
      }
      owners.set(`${what} ${name}`, stack.name);
    }
  }
}

function uniqueNames(stack: Stack): [type: string, name: string][] {
  return UNIQUE_TYPES.flatMap((type) =>
    stack.resources(type).map(({ physical_id }): [string, string] => [type, physical_id]),
  );
}
