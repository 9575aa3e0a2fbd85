import { aws_iam as iam, Lazy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { INPUTS_PREFIX } from '../../schemas/input-key.ts';
import type { ApiUses } from './api-access.ts';

/**
 * Longest session of a role that another role assumes, in seconds.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html
 */
const LONGEST_SESSION_SECONDS = 3_600;

/**
 * Creates the role whose sessions sign upload URLs. A URL dies with the session that signed it, and
 * nothing tells the API when the session of its own role ends. The API therefore opens a new session
 * for each URL.
 *
 * @param apiRoleArn returns the ARN of the API's role once that role exists.
 * @throws {Error} if upload URLs shall live longer than a session.
 */
export function createUploadRole(
  scope: Construct,
  { settings, jobs }: ApiUses,
  apiRoleArn: () => string | undefined,
): iam.Role {
  const ttl = settings.jobs.upload_url_ttl_seconds;
  if (ttl > LONGEST_SESSION_SECONDS) {
    throw new Error(
      `jobs.upload_url_ttl_seconds is ${ttl}. Set at most ${LONGEST_SESSION_SECONDS}, because the ` +
        'session that signs a URL lasts no longer.',
    );
  }
  const role = new iam.Role(scope, 'UploadRole', {
    description: 'Signs the URLs to which callers upload the inputs of jobs',
    assumedBy: new iam.ArnPrincipal(Lazy.string({ produce: () => apiRoleArn() })),
  });
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['s3:PutObject'],
      resources: [jobs.input_bucket.arnForObjects(`${INPUTS_PREFIX}*`)],
    }),
  );
  return role;
}
