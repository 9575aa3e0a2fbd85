import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AwsCall, AwsService } from '../../src/gateway/types.ts';

/** A server with nothing in front of the service: what its contract tests talk to. */
export interface Served {
  endpoint: string;
  /** The calls that arrived, in order. */
  calls: AwsCall[];
  close(): Promise<void>;
}

const OWNER = { access_key_id: 'test', name: 'owner' };

/** What every SDK client needs to talk to a served service, all else being its default. */
export function clientConfig(endpoint: string) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return { endpoint, region: 'us-east-1', credentials };
}

/** Serves one emulated service on a free port of this machine. */
export async function serve(service: AwsService): Promise<Served> {
  const calls: AwsCall[] = [];
  const server = createServer(async (request, response) => {
    const addressed = await read(service.service, request);
    const call = { ...addressed, action: service.actionOf(addressed), caller: OWNER };
    calls.push(call);
    const { status, headers, body } = await service.handle(call);
    response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body);
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

async function read(service: string, request: IncomingMessage) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  return {
    service,
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers,
    body: Buffer.concat(chunks),
  };
}
