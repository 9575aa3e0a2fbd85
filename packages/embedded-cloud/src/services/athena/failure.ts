/** A query that ends as FAILED. The message is its reason, in Athena's form: `CODE: text`. */
export class QueryFailure extends Error {
  override name = 'QueryFailure';
  constructor(code: string, text: string, options?: ErrorOptions) {
    super(`${code}: ${text}`, options);
  }
}

/** Athena's error code for a kind of DuckDB error, by how its message begins. */
const CODES: [RegExp, string][] = [
  [/^(Parser|Syntax) Error/, 'SYNTAX_ERROR'],
  [/^Catalog Error: (Scalar|Aggregate|Table) Function/, 'FUNCTION_NOT_FOUND'],
  [/^Catalog Error: Table/, 'TABLE_NOT_FOUND'],
  [/^Binder Error: Referenced column/, 'COLUMN_NOT_FOUND'],
  [/^(Binder|Catalog) Error/, 'SYNTAX_ERROR'],
  [/^(Conversion|Invalid Input|Out of Range) Error/, 'INVALID_CAST_ARGUMENT'],
  [/^Out of Memory Error/, 'EXCEEDED_LOCAL_MEMORY_LIMIT'],
];

/** What the engine threw, as a reason that names no path of this machine. */
export function failureOf(error: unknown, s3Dir: string): QueryFailure {
  if (error instanceof QueryFailure) return error;
  const message = error instanceof Error ? error.message : '';
  const code = CODES.find(([pattern]) => pattern.test(message))?.[1] ?? 'GENERIC_INTERNAL_ERROR';
  // What follows an empty line points into the SQL; a suggestion may be a name that only the engine knows.
  const [first = ''] = message.split('\n\n');
  const text = first
    .split('\n')
    .filter((line) => !line.startsWith('Did you mean'))
    .join(' ')
    .replace(/^[\w ]+ Error: /, '');
  return new QueryFailure(code, withoutPaths(text, s3Dir), { cause: error });
}

/** A text with paths of the stand-in's folder as the S3 addresses that they stand for. */
export function withoutPaths(text: string, s3Dir: string): string {
  return text.replaceAll(`${s3Dir}/`, 's3://').replaceAll(s3Dir, 's3:/');
}
