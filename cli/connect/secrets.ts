import { readFile } from 'node:fs/promises';
import { SourceRefusal } from '../../ingest/connectors/errors.ts';

/** Returns the variable of a secret: `NEWS_TOKEN` for the secret `token` of the source `news`. */
export function nameVariable(source: string, secret: string): string {
  return `${source}_${secret}`.toUpperCase().replaceAll('-', '_');
}

/**
 * Creates the function that reads the secrets of a source: from the variable of {@link nameVariable},
 * or from the file that the variable with the ending `_FILE` names. A secret is never an argument, because the list of
 * processes shows arguments.
 */
export function createSecretReader(
  source: string,
  env: NodeJS.ProcessEnv = process.env,
): (secret: string) => Promise<string> {
  return async (secret) => {
    const variable = nameVariable(source, secret);
    const file = env[`${variable}_FILE`];
    const value = env[variable] ?? (file === undefined ? undefined : await readFile(file, 'utf8'));
    if (value !== undefined && value.trim() !== '') return value.trim();
    throw new SourceRefusal(
      `The source ${source} needs the secret ${secret}.`,
      `Set ${variable}, or ${variable}_FILE to the path of a file that holds it.`,
    );
  };
}
