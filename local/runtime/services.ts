import { join } from 'node:path';
import type { AwsCall, AwsReply, AwsService } from '../gateway/types.ts';
import { createAthena } from '../services/athena/athena.ts';
import { createCloudFormation, type DescribedStack } from '../services/cloudformation.ts';
import { createComprehend } from '../services/comprehend/comprehend.ts';
import { createDynamoDb } from '../services/dynamodb.ts';
import { createFirehose, type Firehose } from '../services/firehose/firehose.ts';
import { createKinesis } from '../services/kinesis.ts';
import { createS3, type S3 } from '../services/s3/s3.ts';
import { catalogOf, workGroupsOf } from './catalog.ts';
import type { Deployment } from './deployment.ts';
import { createRolePut } from './role-put.ts';

/** The emulated services, those by name that the runtime itself needs. */
export interface Services {
  all: AwsService[];
  s3: S3;
  firehose: Firehose;
}

export interface ServicesOptions {
  deployment: Deployment;
  data_dir: string;
  stacks: () => DescribedStack[];
  /** An AWS call on the same way as from outside. */
  dispatch: (call: AwsCall) => Promise<AwsReply>;
  now: () => number;
  random: () => number;
}

/** @throws {Error} where another process holds one of the folders. */
export async function createServices(options: ServicesOptions): Promise<Services> {
  const { data_dir, now, random } = options;
  const s3 = createS3({ dataDir: join(data_dir, 's3'), now });
  const firehose = createFirehose({
    dataDir: join(data_dir, 'firehose'),
    now,
    random,
    putObject: createRolePut(options.deployment.roles, options.dispatch),
  });
  const [kinesis, dynamodb] = await Promise.all([
    createKinesis({ path: join(data_dir, 'kinesis'), now }),
    createDynamoDb({ path: join(data_dir, 'dynamodb'), now }),
  ]);
  const cloudformation = createCloudFormation({ stacks: options.stacks });
  const comprehend = createComprehend({ now });
  const { stack } = options.deployment;
  const athena = createAthena({
    glue: catalogOf(stack),
    work_groups: workGroupsOf(stack),
    s3Dir: join(data_dir, 's3'),
    now,
  });
  const all = [kinesis, dynamodb, s3, firehose, comprehend, athena, cloudformation];
  return { all, s3, firehose };
}
