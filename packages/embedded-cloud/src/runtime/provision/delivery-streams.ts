import { statementCovers } from '../../gateway/policy.ts';
import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import type { DestinationConfiguration } from '../../services/firehose/configuration.ts';
import type { Firehose } from '../../services/firehose/firehose.ts';
import type { Resource } from '../template/resource.ts';
import type { Roles } from '../template/roles.ts';
import type { Stack } from '../template/stack.ts';

/**
 * Creates the template's delivery streams. The buckets of the delivery streams must already exist.
 *
 * @throws {Error} if Firehose could not assume a role, or could not write its error log
 */
export async function provisionDeliveryStreams(
  stack: Stack,
  roles: Roles,
  firehose: Firehose,
): Promise<void> {
  const streams = stack.resources('AWS::KinesisFirehose::DeliveryStream');
  await Promise.all(streams.map((stream) => provision(stream, roles, firehose)));
}

interface Destination {
  RoleARN: string;
  CloudWatchLoggingOptions?: {
    Enabled?: boolean | string;
    LogGroupName?: string;
    LogStreamName?: string;
  };
}

/**
 * Refuses a role with which Firehose could deliver nothing, or could not log why.
 * Source: https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
 */
function checkRole({ RoleARN, CloudWatchLoggingOptions: logs }: Destination, roles: Roles): void {
  const role = roles.assume(RoleARN, 'firehose.amazonaws.com');
  if (String(logs?.Enabled ?? false) !== 'true') return;
  const group = `arn:aws:logs:${REGION}:${ACCOUNT_ID}:log-group:${logs?.LogGroupName}`;
  const put = {
    action: 'logs:PutLogEvents',
    resource: `${group}:log-stream:${logs?.LogStreamName}`,
  };
  const may_log = roles
    .statementsOf(role)
    .some((statement) => statement.Effect === 'Allow' && statementCovers(statement, put));
  if (!may_log) throw new Error(`the role ${role} may not log errors. Grant it logs:PutLogEvents.`);
}

async function provision(resource: Resource, roles: Roles, firehose: Firehose): Promise<void> {
  const { DeliveryStreamType = 'DirectPut', ExtendedS3DestinationConfiguration } =
    resource.properties();
  const named = `${resource.logical_id} (${resource.type})`;
  if (DeliveryStreamType !== 'DirectPut' || ExtendedS3DestinationConfiguration === undefined) {
    throw new Error(
      `${named}: this source or destination is not emulated. ` +
        'Use DirectPut with an ExtendedS3DestinationConfiguration.',
    );
  }
  try {
    checkRole(ExtendedS3DestinationConfiguration as Destination, roles);
    await firehose.createDeliveryStream({
      name: resource.physical_id,
      destination: ExtendedS3DestinationConfiguration as DestinationConfiguration,
    });
  } catch (cause) {
    throw new Error(`${named}: ${(cause as Error).message}`, { cause });
  }
}
