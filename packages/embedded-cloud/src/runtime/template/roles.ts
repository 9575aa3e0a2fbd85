import { type PolicyStatement, statementCovers } from '../../gateway/policy.ts';
import { ACCOUNT_ID } from '../../gateway/types.ts';
import type { AssumableRole } from '../../services/sts.ts';
import type { Resource } from './resource.ts';
import type { Stack } from './stack.ts';

interface PolicyDocument {
  Statement: PolicyStatement | PolicyStatement[];
}

interface TrustStatement extends PolicyStatement {
  Principal?: { Service?: string | string[]; AWS?: string | string[] };
}

interface RoleProperties {
  AssumeRolePolicyDocument?: { Statement: TrustStatement | TrustStatement[] };
  Policies?: { PolicyDocument: PolicyDocument }[];
  ManagedPolicyArns?: string[];
  MaxSessionDuration?: number | string;
}

/**
 * Default of the longest session of a role, in seconds.
 * Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
 */
const MAX_SESSION_SECONDS = 3_600;

const LOGS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];

/**
 * The AWS managed policies that are emulated.
 * Source: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/
 */
const MANAGED_BY_AWS: Record<string, PolicyStatement[]> = {
  // Access logs are not emulated, so that the role needs no statements here.
  'arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs': [],
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
  /**
   * Finds the role with this ARN, as a service does that assumes the role.
   * @returns the logical id of the role.
   * @throws {Error} if the template has no such role, or the role does not trust the service.
   */
  assume(arn: string, service: TrustedService): string;
  /**
   * Finds the role with this ARN, as a caller of the account does that assumes the role with STS.
   *
   * @param caller_role_id logical id of the caller's role. Undefined for the account's owner.
   * @returns undefined if the template has no such role, or the role does not trust the caller.
   */
  findTrusting(arn: string, caller_role_id: string | undefined): AssumableRole | undefined;
}

/** A service that assumes roles of the template. */
type TrustedService = keyof typeof SERVICE_CONTEXTS;

/**
 * The condition keys that a service sends when it assumes a role. A trust policy with another key
 * locks the service out.
 * Sources: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html and
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CreateFirehoseStream.html
 */
const SERVICE_CONTEXTS = {
  'lambda.amazonaws.com': { 'aws:sourceaccount': ACCOUNT_ID },
  'firehose.amazonaws.com': { 'aws:sourceaccount': ACCOUNT_ID, 'sts:externalid': ACCOUNT_ID },
};

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
  const find = (arn: string) => {
    const role = roles.find((candidate) => candidate.attribute('Arn') === arn);
    if (role === undefined) throw new Error(`The template has no role ${arn}.`);
    return role;
  };
  return {
    all: () => roles.map(({ logical_id }) => logical_id),
    statementsOf: (logical_id) => statements.get(logical_id) ?? [],
    findByArn: (arn) => find(arn).logical_id,
    assume(arn, service) {
      const role = find(arn);
      if (!trusts(role, service)) {
        throw new Error(
          `${role.logical_id} (${role.type}) cannot be assumed by ${service}: its ` +
            'AssumeRolePolicyDocument must allow sts:AssumeRole, with conditions that the service fulfils.',
        );
      }
      return role.logical_id;
    },
    findTrusting(arn, caller_role_id) {
      const role = roles.find((one) => one.attribute('Arn') === arn);
      const caller = roles.find((one) => one.logical_id === caller_role_id);
      if (role === undefined || !trustsPrincipal(role, caller?.attribute('Arn'))) return undefined;
      const { MaxSessionDuration = MAX_SESSION_SECONDS } = role.properties() as RoleProperties;
      const { logical_id, physical_id } = role;
      return { logical_id, name: physical_id, max_seconds: Number(MaxSessionDuration) };
    },
  };
}

/**
 * Returns whether a role trusts another role by its ARN or through the account. The conditions of
 * such a trust policy are not emulated, so that a statement with conditions grants nothing.
 */
function trustsPrincipal(role: Resource, principal_arn: string | undefined): boolean {
  const { AssumeRolePolicyDocument } = role.properties() as RoleProperties;
  const account = `arn:aws:iam::${ACCOUNT_ID}:root`;
  return [AssumeRolePolicyDocument?.Statement ?? []].flat().some(({ Effect, ...statement }) => {
    const trusted = [statement.Principal?.AWS ?? []].flat();
    const is_named = trusted.some((arn) => arn === account || arn === principal_arn);
    return Effect === 'Allow' && statement.Condition === undefined && is_named;
  });
}

function trusts(role: Resource, service: TrustedService): boolean {
  const { AssumeRolePolicyDocument } = role.properties() as RoleProperties;
  const assume = { action: 'sts:AssumeRole', resource: role.physical_id };
  const matching = [AssumeRolePolicyDocument?.Statement ?? []]
    .flat()
    .filter(({ Principal }) => [Principal?.Service ?? []].flat().includes(service))
    // A trust policy names no resource, because it belongs to its role.
    .filter((statement) =>
      statementCovers({ ...statement, Resource: '*' }, assume, SERVICE_CONTEXTS[service]),
    );
  return matching.length > 0 && matching.every(({ Effect }) => Effect === 'Allow');
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
