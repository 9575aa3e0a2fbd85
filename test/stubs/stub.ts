/** A text at a stubbed service. `id` is the one of the service, or names the text to the stub. */
export interface StubPost {
  id: string;
  text: string;
  author: string;
  /** Language that the author's program declares. */
  language?: string;
}

/**
 * Faults that a stub can play. A fault applies once, to the next request or connection, unless its
 * description says otherwise.
 */
export type Fault =
  /** Ends the connection in the middle of the next message, now. */
  | 'cut_in_message'
  /** Answers 429 with `Retry-After` in seconds. */
  | 'limit_in_seconds'
  /** Answers 503 with `Retry-After` as a date. */
  | 'limit_by_date'
  /** Sends a message that cannot be read, among good ones. */
  | 'malformed'
  /** Sends all messages since the start again, the newest first. */
  | 'repeat_reordered'
  /** Says nothing more on open connections. */
  | 'silence'
  /** Forgets everything that is older than now, so that a mark is too old. */
  | 'forget'
  /** Refuses the token, until the stub is closed. */
  | 'revoke_token'
  /** Tells times that are ten minutes ahead, until the stub is closed. */
  | 'clock_ahead';

/** A stand-in for a service on loopback, which does what a script says. */
export interface SourceStub {
  /** Base URL, for the option `url` of the source. */
  url: string;
  post(post: StubPost): void | Promise<void>;
  /** Absent if the service knows no edits. */
  edit?(id: string, text: string): void | Promise<void>;
  /** Absent if the service knows no deletions. */
  remove?(id: string): void | Promise<void>;
  /** Deletes an account with its texts, at services that tell it. */
  removeAuthor?(author: string): void | Promise<void>;
  /** The faults that this protocol can have. */
  faults: readonly Fault[];
  play(fault: Fault): void | Promise<void>;
  close(): Promise<void>;
}
