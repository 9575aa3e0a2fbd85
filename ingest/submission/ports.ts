/** Metadata of an input object in S3. */
interface InputHead {
  etag: string;
  bytes: number;
}

/** The object was replaced or deleted while it was read. */
export class InputChangedError extends Error {
  override name = 'InputChangedError';
}

/** The inputs of jobs. Each method may throw a {@link ServiceError}. */
export interface JobInputs {
  put(key: string, body: string, content_type: string): Promise<void>;
  /** @returns undefined if there is no such object. */
  head(key: string): Promise<InputHead | undefined>;
  /**
   * Reads the object's bytes, starting at an offset. Leaving the loop early stops the download.
   *
   * @throws {InputChangedError} if the object has another etag, or does not exist.
   */
  read(key: string, options: { etag: string; from: number }): AsyncIterable<Buffer>;
  /** A URL that accepts one PUT of this content type without further credentials. */
  presignPut(key: string, content_type: string, ttl_seconds: number): Promise<string>;
}
