import { KinesisClient } from '@aws-sdk/client-kinesis';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeAll, expect, it } from 'vitest';
import { measureClock } from '../../../aws/kinesis/clock.ts';

// Another test file of the worker may have mocked the client.
beforeAll(() => mockClient(KinesisClient).restore());

const SERVER_TIME = Date.UTC(2026, 10, 27, 12);

function createClientAt(headers: Record<string, string>): KinesisClient {
  return new KinesisClient({
    region: 'eu-west-1',
    endpoint: 'http://127.0.0.1:9',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: {
      handle: async () => ({
        response: { statusCode: 200, headers, body: Buffer.from('{"Shards":[]}') } as never,
      }),
    },
  });
}

it.each([
  [61_000, 60_000],
  [900, 0],
  [0, 0],
  [-90_000, -90_000],
])(
  'a clock that differs from the time of a response by %d ms differs by %d ms at least',
  async (difference, expected) => {
    const client = createClientAt({ date: new Date(SERVER_TIME).toUTCString() });
    const now = () => SERVER_TIME + difference;
    expect(await measureClock('stream', { client, now })).toBe(expected);
  },
);

it('a response without a time shows no difference of the clock', async () => {
  const now = () => SERVER_TIME;
  expect(await measureClock('stream', { client: createClientAt({}), now })).toBe(0);
});
