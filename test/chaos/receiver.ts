import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Random } from '../support/random.ts';
import type { Delivery } from './checker/books.ts';

/** A receiver of callbacks on this machine that fails now and then. */
export interface Receiver {
  url: string;
  close(): void;
}

/**
 * Number of times that the receiver fails for one delivery id. AuraStream makes four attempts, so
 * the receiver takes each callback in the end.
 */
const MAX_FAILURES = 2;

/** Starts the receiver, which adds each request to the books. */
export async function startReceiver(random: Random, deliveries: Delivery[]): Promise<Receiver> {
  const failures = new Map<string, number>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const headers = joinHeaders(request.headers);
      const id = headers['x-aurastream-delivery'] ?? '';
      const failed = failures.get(id) ?? 0;
      if (failed < MAX_FAILURES && random.chance(0.4)) {
        failures.set(id, failed + 1);
        const answered = random.pick([500, 404, undefined]);
        deliveries.push({ headers, body, ...(answered === undefined ? {} : { answered }) });
        if (answered === undefined) request.socket.destroy();
        else response.writeHead(answered).end();
        return;
      }
      deliveries.push({ headers, body, answered: 200 });
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, close: () => void server.close() };
}

function joinHeaders(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value?.toString()]),
  );
}
