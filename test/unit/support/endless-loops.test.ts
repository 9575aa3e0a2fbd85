import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';

const dynamodb = mockClient(DynamoDBClient);
beforeEach(() => new Promise<void>((resolve) => void setImmediate(resolve)));

async function callEndlessly(client: Pick<DynamoDBClient, 'send'>): Promise<never> {
  for (;;) await client.send(new GetItemCommand({ TableName: 't', Key: {} }));
}

it('an endless loop of calls to a stub of the SDK ends with an error, also after a reset', async () => {
  await expect(callEndlessly(dynamodb as never)).rejects.toThrow('endless loop');
  dynamodb.reset();
  await expect(callEndlessly(new DynamoDBClient({}))).rejects.toThrow('endless loop');
});

it('a stub of the SDK takes any number of calls if the event loop turns between them', async () => {
  const client = new DynamoDBClient({});
  for (let turn = 0; turn < 3; turn += 1) {
    for (let call = 0; call < 4_000; call += 1) {
      await client.send(new GetItemCommand({ TableName: 't', Key: {} }));
    }
    await new Promise(setImmediate);
  }
  expect(dynamodb.calls().length).toBeGreaterThanOrEqual(12_000);
});
