import type { Encoded } from '../encode.ts';
import type { PublishOutcome } from './outcome.ts';

/**
 * Limits of one request to the stream. Source: the page on PutRecords in the Kinesis API reference.
 */
const MAX_ENTRIES_PER_REQUEST = 500;
const MAX_BYTES_PER_REQUEST = 10 * 1024 * 1024;

/** An entry for the stream whose outcome is not known yet. */
export interface PendingEntry {
  entry: Encoded;
  /** Size of the entry in bytes, including its partition key. */
  bytes: number;
  resolve: (outcome: PublishOutcome) => void;
  reject: (error: unknown) => void;
}

/**
 * Packs entries into requests. Sends a request when the request is full, or when the first entry of
 * the request has waited for `linger_ms` milliseconds.
 */
export class Packer {
  readonly #linger_ms: number;
  readonly #send: (request: PendingEntry[]) => void;
  #request: PendingEntry[] = [];
  #request_bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(linger_ms: number, send: (request: PendingEntry[]) => void) {
    this.#linger_ms = linger_ms;
    this.#send = send;
  }

  get is_empty(): boolean {
    return this.#request.length === 0;
  }

  add(pending: PendingEntry): void {
    if (this.#request_bytes + pending.bytes > MAX_BYTES_PER_REQUEST) this.flush();
    this.#request.push(pending);
    this.#request_bytes += pending.bytes;
    if (this.#request.length === MAX_ENTRIES_PER_REQUEST) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), this.#linger_ms);
  }

  /** Sends the collected entries as one request, even if the request is not full. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#request.length === 0) return;
    const request = this.#request;
    this.#request = [];
    this.#request_bytes = 0;
    this.#send(request);
  }
}
