import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { Fault, SourceStub, StubPost } from '../stub.ts';
import {
  createAccount,
  createCommit,
  createIdentity,
  createPostView,
  type EventPlace,
  type StubEvent,
} from './events.ts';
import { findStart, parseQuery, type StubQuery, StubRefusal, takesEvent } from './query.ts';

const PATH = '/xrpc/network.bsky.jetstream.subscribeEvents';
const FIRST_SEQ = 812_000_000;
/** While so many bytes wait for a client, the stub writes no more to it. */
const MAX_BUFFERED = 256 * 1024;
const FAULTS = [
  ...([
    'cut_in_message',
    'limit_in_seconds',
    'limit_by_date',
    'malformed',
    'repeat_reordered',
  ] as const),
  ...(['silence', 'forget', 'clock_ahead'] as const),
];

export interface BlueskyStubOptions {
  port?: number;
  ping_ms?: number;
  /** Number of events that are kept for resumption. */
  kept?: number;
}

interface Client {
  socket: WebSocket;
  query: StubQuery;
  /** `seq` of the next event to send. */
  next: number;
  is_silent: boolean;
}

/** Starts a Jetstream v2 on loopback. docs/connectors.md says what it does. */
export async function startBlueskyStub(options: BlueskyStubOptions = {}): Promise<BlueskyStub> {
  const stub = new BlueskyStub(options);
  await stub.listen(options.port ?? 0);
  return stub;
}

export class BlueskyStub implements SourceStub {
  readonly faults = FAULTS;
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #clients = new Set<Client>();
  readonly #posts = new Map<string, StubPost>();
  readonly #kept: number;
  readonly #pings: NodeJS.Timeout;
  #events: StubEvent[] = [];
  #floor = FIRST_SEQ;
  #seq = FIRST_SEQ;
  #time_us = 0;
  #skew_ms = 0;
  #limits: Fault[] = [];
  url = '';
  /** Targets of the requests so far, for tests. */
  readonly requests: string[] = [];

  constructor({ ping_ms = 30_000, kept = 200_000 }: BlueskyStubOptions) {
    this.#kept = kept;
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#pings = setInterval(() => this.ping(), ping_ms);
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    this.url = `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  post(post: StubPost): void {
    this.#posts.set(post.id, post);
    this.#append((place) => createCommit(place, 'create', post));
  }

  edit(id: string, text: string): void {
    const post = { ...this.#find(id), text };
    this.#posts.set(id, post);
    this.#append((place) => createCommit(place, 'update', post));
  }

  remove(id: string): void {
    const post = this.#find(id);
    this.#posts.delete(id);
    this.#append((place) => createCommit(place, 'delete', post));
  }

  removeIfPresent(id: string): void {
    if (this.#posts.has(id)) this.remove(id);
  }

  removeAuthor(author: string, status = 'deleted'): void {
    this.#append((place) => createAccount(place, author, status));
  }

  /** Deletes a post without an event, as if the event had been lost. */
  removeSilently(id: string): void {
    this.#posts.delete(id);
  }

  /** Edits a post without an event. */
  editSilently(id: string, text: string): void {
    this.#posts.set(id, { ...this.#find(id), text });
  }

  changeHandle(author: string): void {
    this.#append((place) => createIdentity(place, author));
  }

  ping(): void {
    for (const { socket, is_silent } of this.#clients) if (!is_silent) socket.ping();
  }

  play(fault: Fault): void {
    if (fault === 'limit_in_seconds' || fault === 'limit_by_date') {
      this.#limits.push(fault);
      this.#dropAll();
    } else if (fault === 'clock_ahead') this.#skew_ms = 600_000;
    else if (fault === 'cut_in_message') this.#cutAll();
    else if (fault === 'silence') for (const client of this.#clients) client.is_silent = true;
    else if (fault === 'malformed') this.#sendAll('{"$type":"message","payload":{"$type":');
    else if (fault === 'repeat_reordered') {
      for (const { text } of this.#events.toReversed()) this.#sendAll(text);
    } else if (fault === 'forget') {
      this.#floor = this.#seq + 1;
      this.#events = [];
      this.#dropAll();
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#pings);
    this.#dropAll();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #find(id: string): StubPost {
    const post = this.#posts.get(id);
    if (post === undefined) throw new Error(`The stub has no post ${id}.`);
    return post;
  }

  #append(create: (place: EventPlace) => StubEvent): void {
    this.#seq += 1;
    this.#time_us = Math.max(this.#time_us + 1, (Date.now() + this.#skew_ms) * 1_000);
    this.#events.push(create({ seq: this.#seq, time_us: this.#time_us }));
    if (this.#events.length > this.#kept * 1.1) {
      this.#events = this.#events.slice(-this.#kept);
      this.#floor = this.#events[0]?.seq ?? this.#floor;
    }
    for (const client of this.#clients) this.#pump(client);
  }

  /** Answers `app.bsky.feed.getPosts`: posts that are gone are absent. */
  #answer(request: IncomingMessage, response: ServerResponse): void {
    const target = new URL(request.url ?? '', 'http://stub');
    const uris = target.searchParams.getAll('uris');
    if (target.pathname !== '/xrpc/app.bsky.feed.getPosts') response.writeHead(404).end();
    else if (uris.length === 0 || uris.length > 25) response.writeHead(400).end();
    else {
      const posts = [...this.#posts.values()]
        .map(createPostView)
        .filter(({ uri }) => uris.includes(uri));
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ posts }));
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const target = new URL(request.url ?? '', 'ws://stub');
    this.requests.push(request.url ?? '');
    const limit = this.#limits.shift();
    if (limit !== undefined) {
      refuseForNow(socket, limit);
      return;
    }
    try {
      if (target.pathname !== PATH) throw new StubRefusal('NotFound', 'no such method');
      const query = parseQuery(target.searchParams);
      const start = findStart(this.#events, this.#floor, query.cursor);
      const next = this.#events[start]?.seq ?? this.#seq + 1;
      this.#sockets.handleUpgrade(request, socket, head, (opened) =>
        this.#welcome(opened, query, next),
      );
    } catch (error) {
      if (!(error instanceof StubRefusal)) throw error;
      refuse(socket, 400, {}, { error: error.error, message: error.message });
    }
  }

  #welcome(socket: WebSocket, query: StubQuery, next: number): void {
    const client = { socket, query, next, is_silent: false };
    this.#clients.add(client);
    // A client must not speak. Source: docs/README.md, §3.3
    socket.on('message', () => socket.close(1008));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#clients.delete(client));
    this.#pump(client);
  }

  /** Sends what the client has not got, until it reads too slowly. */
  #pump(client: Client): void {
    const { socket, query } = client;
    const first = this.#events[0]?.seq ?? this.#seq + 1;
    for (let i = Math.max(0, client.next - first); i < this.#events.length; i += 1) {
      if (client.is_silent || socket.readyState !== WebSocket.OPEN) return;
      if (socket.bufferedAmount > MAX_BUFFERED) return;
      const event = this.#events[i];
      if (event === undefined) return;
      client.next = event.seq + 1;
      if (takesEvent(query, event)) socket.send(event.text, () => this.#continue(client));
    }
  }

  /** Goes on when the client has read what waited for it. */
  #continue(client: Client): void {
    if (client.next <= this.#seq && client.socket.bufferedAmount === 0) this.#pump(client);
  }

  #sendAll(text: string): void {
    for (const { socket, is_silent } of this.#clients) if (!is_silent) socket.send(text);
  }

  /** Writes the start of a frame of 100 bytes, and ends the connection within it. */
  #cutAll(): void {
    for (const { socket } of this.#clients) {
      const raw = (socket as unknown as { _socket: Duplex })._socket;
      raw.write(Buffer.from([0x81, 100, ...Buffer.from('{"$type":"mess')]));
      raw.end();
    }
  }

  #dropAll(): void {
    for (const { socket } of this.#clients) socket.terminate();
  }
}

function refuseForNow(socket: Duplex, limit: Fault): void {
  const is_by_date = limit === 'limit_by_date';
  const retry_after = is_by_date ? new Date(Date.now() + 1_000).toUTCString() : '1';
  refuse(socket, is_by_date ? 503 : 429, { 'Retry-After': retry_after }, { error: 'RateLimited' });
}

function refuse(
  socket: Duplex,
  status: number,
  headers: Record<string, string>,
  body: object,
): void {
  const text = JSON.stringify(body);
  const all = {
    'Content-Type': 'application/json',
    'Content-Length': String(text.length),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\n${lines.join('')}\r\n${text}`);
}
