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

/** The error of a file that is not UTF-8, and whose encoding the options do not name. */
export class EncodingError extends UnreadableFileError {
  override name = 'EncodingError';

  /**
   * @param encoding the likely encoding.
   * @param proposed further options that the file needs, as on a command line.
   */
  constructor(
    readonly problem: string,
    readonly encoding: string,
    proposed = '',
  ) {
    const options = `--encoding ${encoding}${proposed === '' ? '' : ` ${proposed}`}`;
    super(problem, `It is probably ${encoding}: use ${options}. Or save the file as UTF-8.`);
  }
}

/** The error of a file without a column that the options name, or without one for the text. */
export class MissingColumnError extends UnreadableFileError {
  override name = 'MissingColumnError';

  /** @param proposed options that name other columns, as on a command line. It may be empty. */
  constructor(
    problem: string,
    readonly proposed: string,
  ) {
    const is_proposed = proposed !== '';
    super(
      problem,
      is_proposed
        ? `Did you mean ${proposed}?`
        : 'Name the column of the text with --text-field NAME.',
    );
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

/** The start of a source is asked for a second time, and is no longer there. */
export class ReadOnceError extends Error {
  override name = 'ReadOnceError';
}
