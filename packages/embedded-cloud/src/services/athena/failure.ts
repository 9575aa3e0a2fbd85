/** An error that ends a query in the state FAILED. The message has Athena's form `CODE: text`. */
export class QueryFailure extends Error {
  override name = 'QueryFailure';
  readonly code: string;
  constructor(code: string, text: string, options?: ErrorOptions) {
    super(`${code}: ${text}`, options);
    this.code = code;
  }
}

/** A query that ends in the state CANCELLED, because it would scan more bytes than allowed. */
export class ScanLimitExceeded extends Error {
  override name = 'ScanLimitExceeded';
  override message = 'Query cancelled! : Bytes scanned limit was exceeded';
  readonly scanned_bytes: number;
  constructor(scanned_bytes: number) {
    super();
    this.scanned_bytes = scanned_bytes;
  }
}

/** The start of DuckDB's message about a line of JSON that is not a row of the table. */
const BAD_LINE = /^Invalid Input Error: (Malformed JSON|JSON transform error)/;

/**
 * Athena's error code for each kind of DuckDB error. The kind is recognised by the start of the
 * error message.
 */
const CODES: [RegExp, string][] = [
  [/^(Parser|Syntax) Error/, 'SYNTAX_ERROR'],
  [/^Catalog Error: Table/, 'TABLE_NOT_FOUND'],
  [/^Binder Error: Referenced column/, 'COLUMN_NOT_FOUND'],
  [/^(Binder|Catalog) Error/, 'SYNTAX_ERROR'],
  [/^(Conversion|Invalid Input|Out of Range) Error/, 'INVALID_CAST_ARGUMENT'],
  [/^Out of Memory Error/, 'EXCEEDED_LOCAL_MEMORY_LIMIT'],
];

/**
 * Translates an error of DuckDB into a query failure. The message of the failure contains S3 URIs
 * instead of local paths below the S3 folder.
 */
export function translateError(error: unknown, s3Dir: string): QueryFailure | ScanLimitExceeded {
  if (error instanceof QueryFailure || error instanceof ScanLimitExceeded) return error;
  const message = error instanceof Error ? error.message : '';
  // The macro that stands for the brackets of Trino raises these.
  const argument = /^Invalid Input Error: ((?:Key not present|Array subscript).*)/.exec(
    message,
  )?.[1];
  if (argument !== undefined) {
    return new QueryFailure('INVALID_FUNCTION_ARGUMENT', argument, { cause: error });
  }
  // DuckDB's message quotes the line.
  if (BAD_LINE.test(message)) {
    return new QueryFailure('HIVE_CURSOR_ERROR', 'Row is not a valid JSON Object', {
      cause: error,
    });
  }
  const missing = /^Catalog Error: (?:\w+ )*Function with name "?(\w+?)"? does not exist/.exec(
    message,
  )?.[1];
  if (missing !== undefined) {
    const text = `The embedded Athena lacks the function ${missing.replace(/^trino_/, '')} of Athena`;
    return new QueryFailure('NOT_SUPPORTED', text, { cause: error });
  }
  const code = CODES.find(([pattern]) => pattern.test(message))?.[1] ?? 'GENERIC_INTERNAL_ERROR';
  // Only the text before the first empty line is used, because the rest repeats the SQL. Lines with
  // suggestions are omitted, because a suggested name may exist only in DuckDB.
  const [first = ''] = message.split('\n\n');
  const text = first
    .split('\n')
    .filter((line) => !line.startsWith('Did you mean'))
    .join(' ')
    .replace(/^[\w ]+ Error: /, '');
  return new QueryFailure(code, hidePaths(text, s3Dir), { cause: error });
}

/** Replaces paths below the S3 folder with S3 URIs. */
function hidePaths(text: string, s3Dir: string): string {
  return text.replaceAll(`${s3Dir}/`, 's3://').replaceAll(s3Dir, 's3:/');
}
