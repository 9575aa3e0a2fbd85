import { randomUUID } from 'node:crypto';
import { ACCOUNT_ID, type AwsCall, type AwsReply, type AwsService } from '../gateway/types.ts';
import { createXmlReply, escapeXml } from './wire.ts';

/** A role that a caller may assume. */
export interface AssumableRole {
  logical_id: string;
  name: string;
  /** The longest session that the role allows, in seconds. */
  max_seconds: number;
}

/** Temporary credentials. `expires_at` is in epoch milliseconds. */
export interface Session {
  access_key_id: string;
  secret_access_key: string;
  session_token: string;
  expires_at: number;
}

export interface StsOptions {
  /** Finds a role by its ARN. Returns undefined if the role does not trust the caller's role. */
  findRole(role_arn: string, caller_role_id: string | undefined): AssumableRole | undefined;
  openSession(role_logical_id: string, name: string, expires_at: number): Session;
  now: () => number;
}

/**
 * Limits of a session, in seconds. A role that assumes another role gets one hour at most.
 * Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html,
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html (role chaining)
 */
const SHORTEST_SECONDS = 900;
const LONGEST_CHAINED_SECONDS = 3_600;
const DEFAULT_SECONDS = 3_600;

/** Emulates the actions AssumeRole, without session policies, and GetCallerIdentity of STS. */
export function createSts(options: StsOptions): AwsService {
  return {
    service: 'sts',
    actionOf: ({ query, body }) => readInput({ query, body }).get('Action') ?? '',
    permissionsOf: (call) =>
      // GetCallerIdentity needs no permission.
      // Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
      call.action === 'GetCallerIdentity'
        ? []
        : [{ action: `sts:${call.action}`, resource: readInput(call).get('RoleArn') ?? '*' }],
    async handle(call) {
      if (call.action === 'GetCallerIdentity') return identityReply(call);
      if (call.action === 'AssumeRole') return assumeRole(options, call);
      return errorReply(400, 'InvalidAction', `Could not find operation ${call.action}`);
    },
    errorReply,
    close: async () => {},
  };
}

function assumeRole(options: StsOptions, call: AwsCall): AwsReply {
  const input = readInput(call);
  const role_arn = input.get('RoleArn') ?? '';
  const name = input.get('RoleSessionName') ?? '';
  const { role_logical_id } = call.caller;
  const role = options.findRole(role_arn, role_logical_id);
  if (role === undefined) {
    const user = `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${role_logical_id}/${call.caller.name}`;
    const message = `User: ${user} is not authorized to perform: sts:AssumeRole on resource: ${role_arn}`;
    return errorReply(403, 'AccessDenied', message);
  }
  const seconds = Number(input.get('DurationSeconds') ?? DEFAULT_SECONDS);
  const fault = findDurationFault(seconds, role, role_logical_id !== undefined);
  if (fault !== undefined) return errorReply(400, 'ValidationError', fault);
  const session = options.openSession(role.logical_id, name, options.now() + seconds * 1_000);
  return sessionReply(session, `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${role.name}/${name}`);
}

/** The account's owner is its root user. Every other caller has a session of a role. */
function identityReply({ caller }: AwsCall): AwsReply {
  const { role_logical_id: role, name, access_key_id } = caller;
  const arn =
    role === undefined
      ? `arn:aws:iam::${ACCOUNT_ID}:root`
      : `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${role}/${name}`;
  const user_id = role === undefined ? ACCOUNT_ID : `${access_key_id}:${name}`;
  return createXmlReply(
    200,
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
      `${write('Arn', arn)}${write('UserId', user_id)}${write('Account', ACCOUNT_ID)}` +
      `</GetCallerIdentityResult><ResponseMetadata>${write('RequestId', randomUUID())}</ResponseMetadata></GetCallerIdentityResponse>`,
  );
}

function findDurationFault(
  seconds: number,
  role: AssumableRole,
  is_chained: boolean,
): string | undefined {
  if (!(seconds >= SHORTEST_SECONDS)) {
    return `durationSeconds failed to satisfy constraint: Member must have value greater than or equal to ${SHORTEST_SECONDS}`;
  }
  if (is_chained && seconds > LONGEST_CHAINED_SECONDS) {
    return 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.';
  }
  if (seconds > role.max_seconds) {
    return 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.';
  }
  return undefined;
}

function sessionReply(session: Session, arn: string): AwsReply {
  const credentials = [
    write('AccessKeyId', session.access_key_id),
    write('SecretAccessKey', session.secret_access_key),
    write('SessionToken', session.session_token),
    // STS cuts the time to whole seconds.
    write('Expiration', new Date(session.expires_at).toISOString().replace(/\.\d+/, '')),
  ];
  return createXmlReply(
    200,
    '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>' +
      `<Credentials>${credentials.join('')}</Credentials>` +
      `<AssumedRoleUser>${write('Arn', arn)}${write('AssumedRoleId', session.access_key_id)}</AssumedRoleUser>` +
      `</AssumeRoleResult><ResponseMetadata>${write('RequestId', randomUUID())}</ResponseMetadata></AssumeRoleResponse>`,
  );
}

function errorReply(status: number, code: string, message: string): AwsReply {
  const error = write('Type', status < 500 ? 'Sender' : 'Receiver') + write('Code', code);
  return createXmlReply(
    status,
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">' +
      `<Error>${error}${write('Message', message)}</Error>${write('RequestId', randomUUID())}</ErrorResponse>`,
  );
}

/** Reads the parameters of a call in the AWS query protocol. */
function readInput({ query, body }: Pick<AwsCall, 'query' | 'body'>): URLSearchParams {
  return query.has('Action') ? query : new URLSearchParams(body.toString());
}

function write(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`;
}
