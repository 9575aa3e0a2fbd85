import { CommanderError } from 'commander';
import { START_CLOUD } from './start-cloud.ts';

/**
 * Error for the user. The first line of the message names the problem, and the second line the
 * solution.
 */
export class Advice extends Error {
  override name = 'Advice';
  constructor(message: string, advice: string, options?: ErrorOptions) {
    super(`${message}\n${advice}`, options);
  }
}

const ADVICE: Record<string, string> = {
  ECONNREFUSED: `The endpoint refuses connections. ${START_CLOUD}`,
  CredentialsProviderError: `There are no AWS credentials. ${START_CLOUD}`,
  ExpiredTokenException: 'The AWS credentials have expired: sign in again.',
  UnrecognizedClientException: 'AWS does not accept these credentials: check AWS_PROFILE.',
  AccessDeniedException:
    'These credentials lack a permission: ask for the one that the message names.',
  ENOENT: 'Check the path.',
  EISDIR: 'That is a folder: name a file.',
  EEXIST: 'That path is taken by something else: choose another.',
  ENOTDIR: 'A part of that path is a file: choose another.',
};

/**
 * Formats an error in one or two lines without a stack trace. The lines name the problem and, if
 * known, the solution.
 */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return `error: ${String(error)}`;
  const code = codeOf(error);
  const message = error.message === '' ? (code ?? error.name) : error.message;
  if (message === 'Region is missing') return `error: no AWS region is set. ${START_CLOUD}`;
  const advice = code === undefined ? undefined : ADVICE[code];
  return `error: ${message}${advice === undefined ? '' : `\n${advice}`}`;
}

/**
 * Exit code of words that the command does not understand.
 * Source: EX_USAGE of sysexits.h, https://man.freebsd.org/cgi/man.cgi?query=sysexits
 */
const WRONG_USE = 64;

/** Returns the exit code of a command that ended with this error. docs/cli.md lists the codes. */
export function chooseExitCode(error: unknown): number {
  if (!(error instanceof CommanderError)) return 1;
  return error.exitCode === 0 ? 0 : WRONG_USE;
}

function codeOf(error: Error & { code?: unknown; cause?: unknown }): string | undefined {
  if (typeof error.code === 'string' && error.code in ADVICE) return error.code;
  if (error.name in ADVICE) return error.name;
  if (error instanceof AggregateError && error.errors[0] instanceof Error) {
    return codeOf(error.errors[0]);
  }
  return error.cause instanceof Error ? codeOf(error.cause) : undefined;
}
