import { AthenaClient } from '@aws-sdk/client-athena';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { ComprehendClient } from '@aws-sdk/client-comprehend';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';

/** Address and credentials of the cloud that the checker reads. */
export interface Access {
  endpoint: string;
  region: string;
  access_key_id: string;
  secret_access_key: string;
}

/** The checker's own SDK clients, and the outputs of the stack by name. */
export type Clients = Awaited<ReturnType<typeof openClients>>;

const STACK = 'AuraStream';

export async function openClients(access: Access) {
  const config = {
    endpoint: access.endpoint,
    region: access.region,
    credentials: {
      accessKeyId: access.access_key_id,
      secretAccessKey: access.secret_access_key,
    },
  };
  const clients = {
    kinesis: new KinesisClient(config),
    dynamodb: new DynamoDBClient(config),
    s3: new S3Client(config),
    athena: new AthenaClient(config),
    comprehend: new ComprehendClient(config),
  };
  const cloudformation = new CloudFormationClient(config);
  const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: STACK }));
  cloudformation.destroy();
  const outputs = new Map(
    Stacks?.[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
  );
  return {
    ...clients,
    output(name: string): string {
      const value = outputs.get(name);
      if (value === undefined) throw new Error(`Expected the stack to have the output ${name}.`);
      return value;
    },
    destroy() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
