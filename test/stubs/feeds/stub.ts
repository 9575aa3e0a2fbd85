import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Fault, SourceStub, StubPost } from '../stub.ts';
import { CONTENT_TYPES, type FeedFormat, type StubItem, writeFeed } from './formats.ts';

/** A whole answer that a test scripts for the next request. */
export interface ScriptedAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface FeedStubOptions {
  format?: FeedFormat;
  port?: number;
  /** Number of items on a page. Older items are on the pages that follow. */
  page_size?: number;
}

/** Starts a server of one feed on loopback, at `/feed`, with its pages at `/feed?page=2` and so on. */
export async function startFeedStub(options: FeedStubOptions = {}): Promise<FeedStub> {
  const stub = new FeedStub(options);
  await stub.listen(options.port ?? 0);
  return stub;
}

export class FeedStub implements SourceStub {
  readonly faults = [
    ...(['cut_in_message', 'limit_in_seconds', 'limit_by_date', 'malformed'] as const),
    ...(['repeat_reordered', 'forget', 'clock_ahead'] as const),
  ];
  url = '';
  /** Targets and validators of the requests so far. */
  readonly requests: { target: string; if_none_match?: string; status: number }[] = [];
  /** Answers that come before those of the feed, one for each request. */
  readonly script: ScriptedAnswer[] = [];
  /** Called before a page is written, so that a test can post between two pages. */
  onPage: (page: number) => void = () => undefined;
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #format: FeedFormat;
  readonly #page_size: number;
  #items: StubItem[] = [];
  #pending: Fault[] = [];
  #skew_ms = 0;

  constructor({ format = 'rss', page_size = Number.POSITIVE_INFINITY }: FeedStubOptions) {
    this.#format = format;
    this.#page_size = page_size;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/feed`;
  }

  /** The newest item is the first. */
  post(post: StubPost, changes: Partial<StubItem> = {}): void {
    const link = `https://stub.example/${post.id}`;
    const date = new Date(Date.now() + this.#skew_ms);
    this.#items.unshift({ ...post, link, guid: `tag:${post.id}`, date, ...changes });
  }

  edit(id: string, text: string): void {
    const item = this.#items.find((one) => one.id === id);
    if (item === undefined) throw new Error(`The stub has no item ${id}.`);
    item.text = text;
  }

  play(fault: Fault): void {
    if (fault === 'clock_ahead') this.#skew_ms = 600_000;
    else if (fault === 'forget') this.#items = [];
    else this.#pending.push(fault);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    response.on('close', () => {
      const if_none_match = request.headers['if-none-match'];
      this.requests.push({
        ...{ target: request.url ?? '', status: response.statusCode },
        ...(if_none_match === undefined ? {} : { if_none_match }),
      });
    });
    const scripted = this.script.shift();
    if (scripted !== undefined) {
      response.writeHead(scripted.status, scripted.headers).end(scripted.body);
      return;
    }
    const fault = this.#pending.shift();
    if (fault === 'limit_in_seconds') response.writeHead(429, { 'Retry-After': '1' }).end();
    else if (fault === 'limit_by_date') {
      response.writeHead(503, { 'Retry-After': new Date(Date.now() + 1_000).toUTCString() }).end();
    } else this.#sendFeed(request, response, fault);
  }

  #sendFeed(request: IncomingMessage, response: ServerResponse, fault: Fault | undefined): void {
    const target = new URL(request.url ?? '', this.url);
    if (target.pathname !== '/feed') {
      response.writeHead(404).end();
      return;
    }
    const body = Buffer.from(this.#writePage(Number(target.searchParams.get('page') ?? 1), fault));
    const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
    const headers = {
      'Content-Type': CONTENT_TYPES[this.#format],
      ...(fault === 'malformed' ? {} : { ETag: etag }),
    };
    if (request.headers['if-none-match'] === etag) response.writeHead(304, headers).end();
    else if (fault === 'cut_in_message') {
      response.writeHead(200, { ...headers, 'Content-Length': body.length });
      response.write(body.subarray(0, 40), () => response.destroy());
    } else {
      const zipped = gzipSync(body);
      response.writeHead(200, { ...headers, 'Content-Encoding': 'gzip' }).end(zipped);
    }
  }

  #writePage(page: number, fault: Fault | undefined): string {
    this.onPage(page);
    const start = page === 1 ? 0 : (page - 1) * this.#page_size;
    const items = this.#items.slice(start, start + this.#page_size);
    const has_next = start + items.length < this.#items.length;
    return writeFeed(this.#format, {
      items: fault === 'repeat_reordered' ? items.toReversed() : items,
      next: has_next ? `${this.url}?page=${page + 1}` : undefined,
      has_malformed: fault === 'malformed',
    });
  }
}
