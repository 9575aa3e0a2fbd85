/** An input object as it is. */
export interface InputHead {
  etag: string;
  bytes: number;
}

/** The object is another than the one that was asked for. */
export class InputChangedError extends Error {
  override name = 'InputChangedError';
}

/** Where the inputs of jobs are kept. Each may throw a {@link ServiceError}. */
export interface JobInputs {
  put(key: string, body: string, content_type: string): Promise<void>;
  /** @returns undefined where there is none. */
  head(key: string): Promise<InputHead | undefined>;
  /**
   * The object's bytes from an offset on; ended early, it reads no further.
   *
   * @throws {InputChangedError} where the object has another etag, or is gone.
   */
  read(key: string, options: { etag: string; from: number }): AsyncIterable<Buffer>;
  /** A URL that takes one PUT of this content type without further credentials. */
  presignPut(key: string, content_type: string, ttl_seconds: number): Promise<string>;
}
