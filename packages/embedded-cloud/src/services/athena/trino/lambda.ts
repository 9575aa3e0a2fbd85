import type { Parameter, Reader } from './reader.ts';

/** Reads the expression of a lambda with parameters that DuckDB knows by the same names. */
export function readLambdaBody(reader: Reader, names: string[]): void {
  readTranslatedBody(
    reader,
    names.map((name) => ({ name, sql: undefined })),
  );
}

/** Reads the expression of a lambda, and replaces its parameters. */
export function readTranslatedBody(reader: Reader, parameters: Parameter[]): void {
  reader.parameters.push(...parameters);
  reader.grammar.expression(reader);
  reader.parameters.length -= parameters.length;
}
