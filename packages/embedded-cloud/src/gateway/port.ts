import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export type HttpRequest = IncomingMessage | Http2ServerRequest;
export type HttpResponse = ServerResponse | Http2ServerResponse;

export interface Port {
  /**
   * Starts to listen on a TCP port.
   * @throws the system's own error. Its `code` is EADDRINUSE if another process uses the port.
   */
  listen(port: number, host: string): Promise<{ port: number }>;
  /** Refuses new connections and closes all open connections immediately. */
  close(): Promise<void>;
}

/**
 * First bytes that a client sends if the client uses HTTP/2 without negotiation ("prior
 * knowledge"). Source: RFC 9113, section 3.4.
 */
const HTTP2_PREFACE = 'PRI';

/**
 * Size of the flow-control window of HTTP/2, in bytes. Request bodies of 10 MiB are common. With
 * the default window of 64 KiB, concurrent bodies would block each other.
 */
const WINDOW_BYTES = 16 * 1024 * 1024;

/**
 * The answer to headers that are larger than Node's parser reads. Without this answer, the client
 * would see only a closed connection.
 */
const LARGE_HEADERS =
  'HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/**
 * Creates a TCP port that serves HTTP/1.1 and HTTP/2 without TLS and without negotiation. The SDK's
 * Kinesis client speaks HTTP/2 to any `http://` endpoint, and other clients speak HTTP/1.1. The
 * first bytes of a connection show which protocol the client speaks.
 *
 * @example
 * const port = createPort((request, response) => void response.end(request.url));
 * const { port: number } = await port.listen(0, '127.0.0.1');
 */
export function createPort(
  serve: (request: HttpRequest, response: HttpResponse) => void,
  options: { keep_alive_ms?: number } = {},
): Port {
  // Clients keep idle connections open and use them again for later calls. If the server closed a
  // connection just when a client sends a call, the call would fail. Therefore the timeout is long.
  const http1 = createHttp1({ keepAliveTimeout: options.keep_alive_ms ?? 600_000 }, serve);
  const http2 = createHttp2({ settings: { initialWindowSize: WINDOW_BYTES } }, serve);
  http2.on('session', (session) => session.setLocalWindowSize(WINDOW_BYTES * 2));
  http2.on('sessionError', () => {});
  http1.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code !== 'HPE_HEADER_OVERFLOW' || !socket.writable) socket.destroy();
    else socket.end(LARGE_HEADERS);
  });

  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    detectHttp2(socket, (is_http2) => (is_http2 ? http2 : http1).emit('connection', socket));
  });

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve({ port: (server.address() as AddressInfo).port });
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/**
 * Reads the first bytes of a connection and puts the bytes back into the socket's buffer. Then
 * calls `onDetected` with true if the bytes are the start of HTTP/2, and otherwise with false.
 */
function detectHttp2(socket: Socket, onDetected: (is_http2: boolean) => void): void {
  let head = Buffer.alloc(0);
  const look = () => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) {
      if (socket.readableEnded) socket.destroy();
      else socket.once('readable', look);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const start = head.toString('latin1', 0, HTTP2_PREFACE.length);
    if (start.length < HTTP2_PREFACE.length && HTTP2_PREFACE.startsWith(start)) {
      socket.once('readable', look);
      return;
    }
    socket.unshift(head);
    onDetected(start === HTTP2_PREFACE);
  };
  socket.once('end', () => {
    if (head.length < HTTP2_PREFACE.length) socket.destroy();
  });
  look();
}
