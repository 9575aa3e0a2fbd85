import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createClient } from '../../../aws/clients.ts';
import { createQuotaLedger } from '../../../aws/dynamodb/quota/ledger.ts';

let silent: Server;
let asked: number;
beforeEach(async () => {
  asked = 0;
  silent = createServer(() => {
    asked += 1;
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
  silent.closeAllConnections();
  silent.close();
});

function openClient(max_attempts: number): DynamoDBClient {
  return createClient(DynamoDBClient, {
    endpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    max_attempts,
  });
}

/** Lets the fake clock run until the service has received a number of requests. */
async function waitForRequest(count: number): Promise<void> {
  while (asked < count) await vi.advanceTimersByTimeAsync(1);
}

it('a call to a service that stays silent is rejected after 15 seconds, and not before', async () => {
  const calling = openClient(1).send(new ListTablesCommand({}));
  let ended: unknown;
  calling.catch((error: unknown) => {
    ended = error;
  });
  await waitForRequest(1);
  await vi.advanceTimersByTimeAsync(14_000);
  expect(ended).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1_000);
  await expect(calling).rejects.toMatchObject({ name: 'TimeoutError' });
});

it('a silent service costs each attempt its time, and then throws an error that says to retry', async () => {
  const ledger = createQuotaLedger({
    client: openClient(2),
    ...{ table_name: 't', quota: 'q', calls_per_second: 1, now: () => 0 },
  });
  const reserving = ledger.reserve(1, 1);
  reserving.catch(() => undefined);
  await waitForRequest(1);
  await vi.advanceTimersByTimeAsync(15_000);
  await waitForRequest(2);
  await vi.advanceTimersByTimeAsync(15_000);
  await expect(reserving).rejects.toMatchObject({
    ...{ name: 'ServiceError', code: 'TimeoutError', retryable: true, throttled: false },
  });
  expect(asked).toBe(2);
});
