/**
 * The source cannot be read until an operator changes something: a token is wrong, a feed is
 * disabled, an option is refused. The runner ends the connector and lets the others go on.
 */
export class SourceRefusal extends Error {
  override name = 'SourceRefusal';
  /** @param advice what the operator can do, as a sentence. */
  constructor(
    message: string,
    readonly advice: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The service asks to come back later. The runner opens the source again after the wait. */
export class SourceBusy extends Error {
  override name = 'SourceBusy';
  /** @param wait_ms the wait that the service asks for; undefined if it names none. */
  constructor(
    message: string,
    readonly wait_ms: number | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** An answer with a status that the source did not expect. */
export class UnexpectedStatus extends Error {
  override name = 'UnexpectedStatus';
  /** @param body the first 4 KB of the body. It is not part of the message. */
  constructor(
    readonly status: number,
    readonly headers: Headers,
    readonly body: string,
  ) {
    super(`the service answered ${status}`);
  }
}

/** The stream refuses a record for a reason that another attempt does not mend. */
export class PublishingFailed extends Error {
  override name = 'PublishingFailed';
  /** @param code the error code of the stream. */
  constructor(readonly code: string) {
    super(`the stream refuses records: ${code}`);
  }
}

/** Another process runs the connector. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
  constructor() {
    super('another process has taken the connector over');
  }
}
