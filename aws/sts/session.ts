import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { callService, requireField } from '../errors.ts';

/** Shortest session of STS, in seconds. Source: AssumeRole in the STS API reference. */
const SHORTEST_SESSION_SECONDS = 900;

interface Session {
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
  /** In epoch milliseconds. */
  ends_at: number;
}

/**
 * Opens a session of a role, which signs URLs. A signature is valid no longer than the session that made it.
 *
 * @param ttl_seconds least lifetime of the session.
 * @throws {ServiceError} if STS does not answer.
 */
export async function openSession(
  sts: Pick<STSClient, 'send'>,
  { role_arn, name, ttl_seconds }: { role_arn: string; name: string; ttl_seconds: number },
): Promise<Session> {
  const command = new AssumeRoleCommand({
    RoleArn: role_arn,
    RoleSessionName: name,
    DurationSeconds: Math.max(SHORTEST_SESSION_SECONDS, ttl_seconds),
  });
  const { Credentials } = await callService('sts', () => sts.send(command));
  const session = requireField('sts', 'Credentials', Credentials);
  return {
    credentials: {
      accessKeyId: requireField('sts', 'AccessKeyId', session.AccessKeyId),
      secretAccessKey: requireField('sts', 'SecretAccessKey', session.SecretAccessKey),
      sessionToken: requireField('sts', 'SessionToken', session.SessionToken),
    },
    ends_at: requireField('sts', 'Expiration', session.Expiration).getTime(),
  };
}
