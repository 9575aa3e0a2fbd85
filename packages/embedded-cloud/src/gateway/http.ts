import { Readable } from 'node:stream';
import type { HttpRequest, HttpResponse } from './port.ts';
import type { GatewayRequest } from './signature.ts';
import type { AwsReply } from './types.ts';

/**
 * Reads a request with its whole body.
 * @throws {Error} if the client disconnects before the end of the body.
 */
export async function readRequest(request: HttpRequest): Promise<GatewayRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  // The function splits the URL itself. For an S3 path that starts with two slashes, `new URL`
  // would treat the start of the path as a host name.
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  return {
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    headers: plainHeaders(request),
    body: Buffer.concat(chunks),
    source_ip: request.socket.remoteAddress ?? '',
  };
}

function plainHeaders({ headers }: HttpRequest): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(':') || value === undefined) continue;
    plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const authority = headers[':authority'];
  if (plain.host === undefined && typeof authority === 'string') plain.host = authority;
  return plain;
}

/**
 * Names of the headers that HTTP/2 forbids (RFC 9113, section 8.2.2). The gateway also omits these
 * headers from HTTP/1.1 replies, because Node sets the headers itself.
 */
const CONNECTION_HEADERS = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** Statuses of responses that have no body. Source: RFC 9110, section 6.4.1. */
const WITHOUT_BODY = new Set([204, 304]);

export function writeReply(request: HttpRequest, response: HttpResponse, reply: AwsReply): void {
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  response.statusCode = reply.status;
  for (const [name, value] of Object.entries(reply.headers)) {
    if (!CONNECTION_HEADERS.has(name.toLowerCase())) response.setHeader(name, value);
  }
  if (reply.stream !== undefined) {
    writeStream(response, reply.stream);
    return;
  }
  const has_length = response.hasHeader('content-length');
  if (!WITHOUT_BODY.has(reply.status) && !has_length) {
    response.setHeader('content-length', body.length);
  }
  if (request.method === 'HEAD' || WITHOUT_BODY.has(reply.status)) response.end();
  else response.end(body);
}

/** Sends the parts of a body until they end or the client closes the connection. */
function writeStream(response: HttpResponse, parts: AsyncIterable<Uint8Array>): void {
  const source = Readable.from(parts, { objectMode: false });
  source.on('error', () => response.destroy());
  response.on('close', () => source.destroy());
  source.pipe(response);
}

/**
 * Closes the connection without an answer, as a network failure does. With HTTP/2, the other calls
 * on the same connection fail too. It is not enough to reset the call's own stream, because the SDK
 * would treat the reset as an answer and would not retry the call.
 */
export function dropConnection(request: HttpRequest): void {
  if ('stream' in request) request.stream.session?.destroy();
  else request.socket.destroy();
}

/** Builds a JSON reply of the gateway itself. */
export function plainJson(status: number, body: unknown): AwsReply {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify(body)}\n`,
  };
}
