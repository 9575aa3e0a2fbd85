import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readRequest } from './http.ts';
import { type AwsCall, type AwsService, type Identity, REGION } from './types.ts';

/** An emulated service that listens on its own port. */
export interface ServedService {
  endpoint: string;
  /** All calls that have arrived, in the order of their arrival. */
  calls: AwsCall[];
  close(): Promise<void>;
}

const CALLER = { access_key_id: 'test', name: 'owner' };

/**
 * Returns the configuration of an SDK client that calls a served service.
 *
 * @example
 * const client = new DynamoDBClient(clientConfig(served.endpoint));
 */
export function clientConfig(endpoint: string) {
  const credentials = { accessKeyId: CALLER.access_key_id, secretAccessKey: 'test' };
  return { endpoint, region: REGION, credentials };
}

/**
 * Returns the identity of an account's owner, for a gateway of a test.
 *
 * @example
 * const findIdentity = (access_key_id: string) => ownerIdentity(access_key_id, 'secret');
 */
export function ownerIdentity(access_key_id: string, secret_access_key: string): Identity {
  return { caller: { access_key_id, name: 'owner' }, secret_access_key };
}

/**
 * Serves one emulated service over HTTP/1.1 on a free port, without the gateway. Signatures
 * are not verified, calls need no grants and are not metered, and fault rules do not apply. The function `close` also closes
 * the service.
 *
 * @example
 * const served = await serveService(await createDynamoDb({ now: Date.now }));
 * const client = new DynamoDBClient(clientConfig(served.endpoint));
 */
export async function serveService(service: AwsService): Promise<ServedService> {
  const calls: AwsCall[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const call = await readCall(service, request);
    calls.push(call);
    const { status, headers, body } = await service.handle(call);
    response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await service.close();
    },
  };
}

async function readCall(service: AwsService, request: IncomingMessage): Promise<AwsCall> {
  const addressed = { ...(await readRequest(request)), service: service.service };
  return { ...addressed, action: service.actionOf(addressed), caller: CALLER };
}
