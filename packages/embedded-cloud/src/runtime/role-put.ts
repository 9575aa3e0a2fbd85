import type { AwsCall, AwsReply } from '../gateway/types.ts';
import type { PutObject } from '../services/firehose/delivery.ts';
import type { Roles } from './template/roles.ts';

/**
 * Creates a function that writes objects to S3 with the permissions of a role. Each write goes
 * through the gateway, which checks the role's grants and meters the call.
 */
export function createRolePut(
  roles: Roles,
  dispatch: (call: AwsCall) => Promise<AwsReply>,
): PutObject {
  return async (bucket, key, body, headers, role_arn) => {
    const role_logical_id = roles.assume(role_arn, 'firehose.amazonaws.com');
    const { status } = await dispatch({
      service: 's3',
      action: 'PutObject',
      caller: { access_key_id: role_logical_id, role_logical_id, name: role_logical_id },
      method: 'PUT',
      path: `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`,
      query: new URLSearchParams(),
      headers: { ...headers, 'content-length': String(body.length) },
      body,
    });
    if (status >= 300) throw new Error(`S3 answered ${status} to PutObject ${bucket}/${key}.`);
  };
}
