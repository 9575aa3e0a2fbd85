import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StubCall {
  /** Name of the AWS action, for example `BatchGetItem` */
  action: string;
  body: Record<string, unknown>;
}
export interface StubReply {
  status?: number;
  body: unknown;
}

/**
 * Starts a stub of an AWS JSON service on a free port. The real SDK calls the stub, and `reply`
 * returns the answer to each call.
 */
export async function awsStub(reply: (call: StubCall, nth: number) => StubReply | 'hang up') {
  const calls: StubCall[] = [];
  const answerCall = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const action = String(request.headers['x-amz-target']).split('.').at(-1)!;
    const call = { action, body: JSON.parse(Buffer.concat(chunks).toString()) };
    calls.push(call);
    const answer = reply(call, calls.length);
    if (answer === 'hang up') {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer.body));
  };
  const server = createServer((request, response) => {
    answerCall(request, response).catch((error: Error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    calls,
    endpoint,
    /** Configuration of an SDK client that calls the stub and does not retry */
    config: {
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
