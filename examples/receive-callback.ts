/**
 * Receives callbacks, refuses forged and old callbacks, and prints each job once.
 *
 *     CALLBACK_SECRET=… PORT=8080 npx tsx examples/receive-callback.ts
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { callbackBodySchema, signCallback } from 'aurastream/schemas';

const { CALLBACK_SECRET, PORT = '8080' } = process.env;
if (CALLBACK_SECRET === undefined) {
  throw new Error('CALLBACK_SECRET: `aurastream keys secret --tenant TENANT` prints it.');
}
const secret = CALLBACK_SECRET;

const MAX_AGE_SECONDS = 300;
/**
 * Ids of the callbacks that were received. The ids are needed to detect repeats, because a callback
 * may arrive more than once. In production, store these ids in a database.
 */
const seen_deliveries = new Set<string>();

/**
 * Checks the age and the signature of a callback. The caller must pass the body exactly as it was
 * received, because JSON that is parsed and serialised again may differ from the signed bytes.
 */
function isGenuine({ headers }: IncomingMessage, body: string): boolean {
  const timestamp = Number(headers['x-aurastream-timestamp']);
  const expected = Buffer.from(signCallback(secret, timestamp, body));
  const isExpected = (signature: string) => {
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  const is_recent = Math.abs(Date.now() / 1_000 - timestamp) < MAX_AGE_SECONDS;
  // While the operator replaces the secret, there is a signature by the old and one by the new.
  return is_recent && String(headers['x-aurastream-signature']).split(',').some(isExpected);
}

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  if (!isGenuine(request, body)) {
    response.writeHead(401).end();
    return;
  }
  const { event, delivery_id, job } = callbackBodySchema.parse(JSON.parse(body));
  if (!seen_deliveries.has(delivery_id)) {
    seen_deliveries.add(delivery_id);
    console.log(`${event}: ${job.job_id} ${job.status}, ${job.progress.done} records`);
  }
  response.writeHead(204).end();
}

const server = createServer((request, response) => {
  receive(request, response).catch((error: unknown) => {
    console.error(error);
    response.writeHead(400).end();
  });
});
server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
