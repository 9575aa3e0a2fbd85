import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { SourceBusy, UnexpectedStatus } from '../errors.ts';
import { readRetryAfter } from './retry-after.ts';

/** A message or a sign of life of a socket. A ping shows that the service is alive while there is no message. */
export type Frame = { kind: 'open' | 'ping' } | { kind: 'text'; text: string };

export interface SocketOptions {
  headers?: Record<string, string>;
  signal: AbortSignal;
  now: () => number;
  /** Time without a frame after which the socket counts as broken, in milliseconds. */
  silence_ms: number;
}

/** While so many frames wait, the socket is not read, so that the service has to hold the rest. */
const MAX_WAITING = 500;
const RESUME_AT = 100;
/** Maximum size of a message in bytes. A larger one ends the connection. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
const MAX_BODY_BYTES = 4_096;
const HANDSHAKE_MS = 15_000;

/**
 * Opens a WebSocket and yields its frames, no faster than the caller takes them. Returns when the
 * signal is aborted. A proxy can leave a dead connection open, so silence counts as a fault.
 *
 * @throws {SourceBusy} if the service answers 429 or 503 before the upgrade.
 * @throws {UnexpectedStatus} if it answers another status before the upgrade.
 * @throws {SocketEnded} if the connection ends or is silent.
 */
export async function* readSocket(
  url: string | URL,
  options: SocketOptions,
): AsyncGenerator<Frame, void, undefined> {
  const socket = new WebSocket(url, {
    ...(options.headers === undefined ? {} : { headers: options.headers }),
    handshakeTimeout: HANDSHAKE_MS,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  const frames = new FrameQueue(socket);
  listen(socket, frames, options.now);
  const watch = watchSilence(frames, options.silence_ms);
  const onAbort = () => frames.end();
  options.signal.addEventListener('abort', onAbort, { once: true });
  if (options.signal.aborted) onAbort();
  try {
    for (let frame = await frames.take(); frame !== undefined; frame = await frames.take()) {
      yield frame;
    }
  } finally {
    clearInterval(watch);
    options.signal.removeEventListener('abort', onAbort);
    // The socket may still report the end that this call causes.
    socket.on('error', () => undefined);
    socket.terminate();
  }
}

/** The connection ended, or was silent for too long. */
class SocketEnded extends Error {
  override name = 'SocketEnded';
}

function listen(socket: WebSocket, frames: FrameQueue, now: () => number): void {
  socket.on('open', () => frames.push({ kind: 'open' }));
  socket.on('ping', () => frames.push({ kind: 'ping' }));
  socket.on('message', (data) => frames.push({ kind: 'text', text: String(data) }));
  socket.on('error', (error) => frames.end({ error }));
  socket.on('close', (code) => frames.end({ error: new SocketEnded(`closed with code ${code}`) }));
  socket.on('unexpected-response', (_request, response) => {
    void readRefusal(response, now()).then((error) => frames.end({ error }));
  });
}

async function readRefusal(response: IncomingMessage, now: number): Promise<Error> {
  const { statusCode = 0 } = response;
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headers)) headers.set(name, String(value));
  if (statusCode === 429 || statusCode === 503) {
    response.destroy();
    return new SourceBusy(`the service answered ${statusCode}`, readRetryAfter(headers, now));
  }
  let body = '';
  try {
    for await (const chunk of response) {
      body += String(chunk);
      if (body.length >= MAX_BODY_BYTES) break;
    }
  } catch {
    // The status says enough.
  }
  return new UnexpectedStatus(statusCode, headers, body.slice(0, MAX_BODY_BYTES));
}

/** Looks several times within the limit, so that a dead socket ends soon after it. */
function watchSilence(frames: FrameQueue, silence_ms: number): NodeJS.Timeout {
  const check = () => {
    if (frames.readSilence() < silence_ms) return;
    frames.end({ error: new SocketEnded('no frame and no ping came') });
  };
  return setInterval(check, Math.max(10, silence_ms / 5));
}

/** The frames that wait for the caller. Pauses the socket while too many wait. */
class FrameQueue {
  readonly #socket: WebSocket;
  #frames: Frame[] = [];
  #next = 0;
  #end: { error?: Error } | undefined;
  #wake: (() => void) | undefined;
  #heard_at = performance.now();

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  push(frame: Frame): void {
    if (this.#end !== undefined) return;
    this.#heard_at = performance.now();
    this.#frames.push(frame);
    // A socket that is not open yet cannot be paused, and has no frames.
    if (this.#frames.length - this.#next >= MAX_WAITING) this.#socket.pause();
    this.#wake?.();
  }

  end(end: { error?: Error } = {}): void {
    this.#end ??= end;
    this.#wake?.();
  }

  /** Time since the last frame in milliseconds. A paused socket is not silent: it is not listened to. */
  readSilence(): number {
    if (this.#socket.isPaused) this.#heard_at = performance.now();
    return performance.now() - this.#heard_at;
  }

  /** Returns undefined at the end. @throws the error of the end, after the last frame. */
  async take(): Promise<Frame | undefined> {
    while (this.#next >= this.#frames.length) {
      if (this.#end?.error !== undefined) throw this.#end.error;
      if (this.#end !== undefined) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const frame = this.#frames[this.#next];
    this.#next += 1;
    if (this.#next >= RESUME_AT) this.#shorten();
    return frame;
  }

  #shorten(): void {
    this.#frames = this.#frames.slice(this.#next);
    this.#next = 0;
    if (this.#socket.isPaused && this.#frames.length <= RESUME_AT) this.#socket.resume();
  }
}
