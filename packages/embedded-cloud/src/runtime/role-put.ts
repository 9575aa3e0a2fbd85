import type { AwsCall, AwsReply } from '../gateway/types.ts';
import type { PutObject } from '../services/firehose/delivery.ts';
import type { Roles } from './template/roles.ts';

/** Writes objects through the gateway as a role: the role's grants are checked, and the call is metered. */
export function createRolePut(
  roles: Roles,
  dispatch: (call: AwsCall) => Promise<AwsReply>,
): PutObject {
  return async (bucket, key, body, headers, role_arn) => {
    const role_logical_id = roles.findByArn(role_arn);
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
