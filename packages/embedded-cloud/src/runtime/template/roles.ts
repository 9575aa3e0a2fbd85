import type { PolicyStatement } from '../../gateway/policy.ts';
import type { Resource } from './resource.ts';
import type { Stack } from './stack.ts';

interface PolicyDocument {
  Statement: PolicyStatement | PolicyStatement[];
}

interface RoleProperties {
  Policies?: { PolicyDocument: PolicyDocument }[];
  ManagedPolicyArns?: string[];
}

const LOGS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];

/**
 * The AWS managed policies that are emulated.
 * Source: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/
 */
const MANAGED_BY_AWS: Record<string, PolicyStatement[]> = {
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': [
    { Effect: 'Allow', Action: LOGS, Resource: '*' },
  ],
  'arn:aws:iam::aws:policy/service-role/AWSLambdaKinesisExecutionRole': [
    {
      Effect: 'Allow',
      Action: [
        'kinesis:DescribeStream',
        'kinesis:DescribeStreamSummary',
        'kinesis:GetRecords',
        'kinesis:GetShardIterator',
        'kinesis:ListShards',
        'kinesis:ListStreams',
        'kinesis:SubscribeToShard',
        ...LOGS,
      ],
      Resource: '*',
    },
  ],
};

/** The roles of the template, with the statements of their policies. */
export interface Roles {
  /** Returns the logical ids of all roles. */
  all(): string[];
  /** Returns the statements of the role's inline, attached and managed policies. */
  statementsOf(logical_id: string): PolicyStatement[];
  /**
   * Finds the role with this ARN.
   * @returns the logical id of the role.
   * @throws {Error} if the template has no such role.
   */
  findByArn(arn: string): string;
}

/**
 * Reads the roles of the template and their policies.
 * @throws {Error} if a role has an AWS managed policy that is not emulated.
 */
export function createRoles(stack: Stack): Roles {
  const roles = stack.resources('AWS::IAM::Role');
  const statements = new Map(
    roles.map((role) => [
      role.logical_id,
      [...inlineAndAwsStatements(role), ...attachedStatements(stack, role.physical_id)],
    ]),
  );
  return {
    all: () => roles.map(({ logical_id }) => logical_id),
    statementsOf: (logical_id) => statements.get(logical_id) ?? [],
    findByArn(arn) {
      const role = roles.find((candidate) => candidate.attribute('Arn') === arn);
      if (role === undefined) throw new Error(`The template has no role ${arn}.`);
      return role.logical_id;
    },
  };
}

function inlineAndAwsStatements(role: Resource): PolicyStatement[] {
  const { Policies = [], ManagedPolicyArns = [] } = role.properties() as RoleProperties;
  const managed = ManagedPolicyArns.filter((arn) => arn.startsWith('arn:aws:iam::aws:'));
  return [
    ...Policies.flatMap(({ PolicyDocument }) => statementsIn(PolicyDocument)),
    ...managed.flatMap((arn) => {
      const known = MANAGED_BY_AWS[arn];
      if (known === undefined) throw new Error(unknownPolicy(role, arn));
      return known;
    }),
  ];
}

/**
 * Finds the policies of the template that are attached to a role, and returns the statements of
 * these policies. A policy may name its roles, and a role may name its managed policies.
 */
function attachedStatements(stack: Stack, role_name: string): PolicyStatement[] {
  const named = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']
    .flatMap((type) => stack.resources(type))
    .filter((policy) => ((policy.properties().Roles as string[]) ?? []).includes(role_name));
  const role = stack
    .resources('AWS::IAM::Role')
    .find(({ physical_id }) => physical_id === role_name);
  const arns = (role?.properties() as RoleProperties | undefined)?.ManagedPolicyArns ?? [];
  const listed = stack
    .resources('AWS::IAM::ManagedPolicy')
    .filter((policy) => arns.includes(policy.physical_id) && !named.includes(policy));
  return [...named, ...listed].flatMap((policy) =>
    statementsIn(policy.properties().PolicyDocument as PolicyDocument),
  );
}

function unknownPolicy(role: Resource, arn: string): string {
  const known = Object.keys(MANAGED_BY_AWS).join(', ');
  return (
    `${role.logical_id} (${role.type}): the managed policy ${arn} is not emulated. ` +
    `Emulated: ${known}. Grant the actions in a policy of the template instead.`
  );
}

const statementsIn = ({ Statement }: PolicyDocument): PolicyStatement[] => [Statement].flat();
