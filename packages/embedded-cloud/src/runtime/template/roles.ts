import type { PolicyStatement } from '../../gateway/policy.ts';
import type { Resource, Stack } from './stack.ts';

interface PolicyDocument {
  Statement: PolicyStatement | PolicyStatement[];
}

interface RoleProperties {
  Policies?: { PolicyDocument: PolicyDocument }[];
  ManagedPolicyArns?: string[];
}

const LOGS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];

/** AWS's own policies that templates name. Source: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/ */
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

/** What each role of the template may do. */
export interface Roles {
  /** Logical ids. */
  all(): string[];
  /** Statements of the role's own, attached and managed policies. */
  statementsOf(logical_id: string): PolicyStatement[];
  /** The role with this ARN. @throws {Error} where the template has none. */
  byArn(arn: string): string;
}

/** @throws {Error} where a role has a managed policy that is not known here. */
export function createRoles(stack: Stack): Roles {
  const roles = stack.resources('AWS::IAM::Role');
  const statements = new Map(
    roles.map((role) => [
      role.logical_id,
      [...ownStatements(role), ...attachedStatements(stack, role.physical_id)],
    ]),
  );
  return {
    all: () => roles.map(({ logical_id }) => logical_id),
    statementsOf: (logical_id) => statements.get(logical_id) ?? [],
    byArn(arn) {
      const role = roles.find((candidate) => candidate.attribute('Arn') === arn);
      if (role === undefined) throw new Error(`The template has no role ${arn}.`);
      return role.logical_id;
    },
  };
}

function ownStatements(role: Resource): PolicyStatement[] {
  const { Policies = [], ManagedPolicyArns = [] } = role.properties() as RoleProperties;
  const managed = ManagedPolicyArns.filter((arn) => arn.startsWith('arn:aws:iam::aws:'));
  return [
    ...Policies.flatMap(({ PolicyDocument }) => statementsIn(PolicyDocument)),
    ...managed.flatMap((arn) => {
      const known = MANAGED_BY_AWS[arn];
      if (known === undefined) throw new Error(`${role.logical_id}: ${arn} is not known here.`);
      return known;
    }),
  ];
}

/** A policy names its roles, and a role its managed policies. */
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

const statementsIn = ({ Statement }: PolicyDocument): PolicyStatement[] => [Statement].flat();
