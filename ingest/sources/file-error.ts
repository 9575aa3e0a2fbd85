/**
 * The error of a file that cannot be read at all, or not in the way that the options say. The first
 * line of the message says what was expected and what came, the second line says what to do. The
 * message may contain names of columns, and never contains cells or texts.
 */
export class UnreadableFileError extends Error {
  override name = 'UnreadableFileError';

  constructor(problem: string, advice: string, options?: ErrorOptions) {
    super(`${problem}\n${advice}`, options);
  }
}

/** The error of a file without a single byte. */
export class EmptyFileError extends UnreadableFileError {
  override name = 'EmptyFileError';
}

/**
 * Reports that packed data, such as gzip, is damaged or ends early. The rows before the damage have
 * been read.
 */
export class DamagedDataError extends Error {
  override name = 'DamagedDataError';
}
