import { aws_iam as iam, Lazy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { INPUTS_PREFIX } from '../../schemas/input-key.ts';
import { EXPORTS_PREFIX } from '../../schemas/privacy-key.ts';
import type { ApiUses } from './api-access.ts';

/**
 * Longest session of a role that another role assumes, in seconds.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html
 */
const LONGEST_SESSION_SECONDS = 3_600;
/**
 * Largest object that one PUT or POST can create, in bytes.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html
 */
const LARGEST_OBJECT_BYTES = 5 * 1024 ** 3;

/**
 * Creates the role whose sessions sign uploads. A signature is valid no longer than the session that
 * made it, and nothing tells the API when the session of its own role ends. The API therefore opens a
 * new session for each upload.
 *
 * @param apiRoleArn returns the ARN of the API's role once that role exists.
 * @throws {Error} if upload URLs shall live longer than a session, or take more than S3 does.
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
  const { max_upload_bytes } = settings.jobs;
  if (max_upload_bytes > LARGEST_OBJECT_BYTES) {
    throw new Error(
      `jobs.max_upload_bytes is ${max_upload_bytes}. Set at most ${LARGEST_OBJECT_BYTES}, because one ` +
        'upload to S3 creates no larger object.',
    );
  }
  return createRole(scope, 'UploadRole', {
    description: 'Signs the URLs to which callers upload the inputs of jobs',
    apiRoleArn,
    action: 's3:PutObject',
    objects: jobs.input_bucket.arnForObjects(`${INPUTS_PREFIX}*`),
  });
}

/** Creates the role whose sessions sign the downloads of the files of exports, for the same reason. */
export function createDownloadRole(
  scope: Construct,
  { jobs }: Pick<ApiUses, 'jobs'>,
  apiRoleArn: () => string | undefined,
): iam.Role {
  return createRole(scope, 'DownloadRole', {
    description: 'Signs the URLs from which callers download the files of exports',
    apiRoleArn,
    action: 's3:GetObject',
    objects: jobs.input_bucket.arnForObjects(`${EXPORTS_PREFIX}*`),
  });
}

interface RoleProps {
  description: string;
  apiRoleArn: () => string | undefined;
  action: string;
  objects: string;
}

function createRole(
  scope: Construct,
  id: string,
  { description, apiRoleArn, action, objects }: RoleProps,
): iam.Role {
  const role = new iam.Role(scope, id, {
    description,
    assumedBy: new iam.ArnPrincipal(Lazy.string({ produce: () => apiRoleArn() })),
  });
  role.addToPolicy(new iam.PolicyStatement({ actions: [action], resources: [objects] }));
  return role;
}
