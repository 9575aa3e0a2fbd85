/** The etag and the size in bytes of a job's input on S3. */
interface InputHead {
  etag: string;
  bytes: number;
}

/**
 * Reports that the input of a job was replaced or deleted while the submission was reading the
 * input.
 */
export class InputChangedError extends Error {
  override name = 'InputChangedError';
}

/** The inputs of jobs. Each method can throw a {@link ServiceError}. */
export interface JobInputs {
  put(key: string, body: string, content_type: string): Promise<void>;
  /** Deletes an object. Succeeds if there is none. The bucket keeps no earlier versions. */
  delete(key: string): Promise<void>;
  /**
   * Reads the etag and the size of an object.
   *
   * @returns undefined if there is no object under the key.
   */
  head(key: string): Promise<InputHead | undefined>;
  /**
   * Reads the bytes of an object, starting at an offset. If the caller leaves the loop early, the
   * download stops.
   *
   * @throws {InputChangedError} if the object does not exist or does not have the given etag.
   */
  read(key: string, options: { etag: string; from: number }): AsyncIterable<Buffer>;
}
