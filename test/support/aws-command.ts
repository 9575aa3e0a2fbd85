import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Places of the command. Another version may stand before Debian's on the PATH. */
const PLACES = ['/usr/bin/aws', 'aws', '/usr/local/bin/aws'];

/**
 * Finds version 2 of the `aws` command. Version 1 encodes the data of a record a second time.
 *
 * @returns the path of the command, or undefined if it is not installed.
 */
export function findAwsCommand(): string | undefined {
  return PLACES.find((path) => {
    try {
      const version = execFileSync(path, ['--version'], { encoding: 'utf8', stdio: 'pipe' });
      return version.startsWith('aws-cli/2.');
    } catch {
      return false;
    }
  });
}

/**
 * Creates a function that runs the `aws` command, and returns the JSON that it prints. The command reads
 * no files of the user.
 *
 * @param environment variables of the cloud. `AWS_ENDPOINT_URL` becomes `--endpoint-url`, because version
 * 2.9 ignores the variable.
 */
export function createAwsCommand(
  path: string,
  { AWS_ENDPOINT_URL = '', ...environment }: Record<string, string>,
) {
  const env = {
    ...{ PATH: process.env.PATH, LANG: 'C.UTF-8', AWS_PAGER: '' },
    ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
    ...environment,
  };
  return async (...words: string[]) => {
    const options = ['--endpoint-url', AWS_ENDPOINT_URL, '--output', 'json'];
    const { stdout } = await run(path, [...words, ...options], { env });
    return stdout.startsWith('{') ? JSON.parse(stdout) : stdout;
  };
}
