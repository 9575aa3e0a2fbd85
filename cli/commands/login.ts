import { text as readAll } from 'node:stream/consumers';
import { Command, InvalidArgumentError } from 'commander';
import { Advice } from '../errors.ts';
import { askLine } from '../output/ask-user.ts';
import { findTargetsFile, type KeyedTarget, storeTarget } from '../targets/store.ts';

interface Options {
  apiUrl?: string;
  endpoint?: string;
  region?: string;
  profile?: string;
  keyStdin?: boolean;
}

/** Creates the command `aurastream login`, which stores a deployment under a name. */
export function loginCommand(): Command {
  return new Command('login')
    .argument('[name]', 'the name for --target', readName, 'default')
    .option('--api-url <url>', 'address of the API, such as https://…/v1', readUrl)
    .option('--key-stdin', 'read the API key from standard input')
    .option('--endpoint <url>', 'address of the services, for a cloud that is not AWS', readUrl)
    .option('--region <region>', 'AWS region of the deployment')
    .option('--profile <profile>', 'profile of your AWS configuration with the credentials')
    .addHelpText(
      'after',
      `
With an API URL and a key, the commands of the API (analyze, job, stats, budget) need no AWS credentials. All others use
your AWS credentials, in the region, and with the profile and --stack, that you name here.
The key comes from standard input with --key-stdin, else from AURASTREAM_API_KEY, else you are asked for it. It is kept
in a file that only you can read, and never printed.

Examples:
  $ aurastream login prod --api-url https://abc.execute-api.eu-west-1.amazonaws.com/v1
  $ pass aurastream | aurastream login prod --api-url https://… --key-stdin
  $ aurastream login staging --profile work --region eu-west-1 --stack AuraStream-staging
  $ aurastream stats --target prod`,
    )
    .action(async (name: string, options: Options, command: Command) => {
      const { stack, apiKey } = command.optsWithGlobals<{ stack: string; apiKey?: string }>();
      if (apiKey !== undefined) {
        throw new Advice(
          'A key among the arguments stays in the history of the shell.',
          'Leave out --api-key: you are asked for the key, or pipe it with --key-stdin.',
        );
      }
      const target = await completeTarget({
        api_url: options.apiUrl,
        ...{ endpoint: options.endpoint, region: options.region, profile: options.profile },
        ...(stack === 'AuraStream' ? {} : { stack }),
      });
      const has_key = target.api_url !== undefined || options.keyStdin === true;
      const api_key = has_key ? await readKey(options) : undefined;
      await storeTarget(name, { ...target, api_key });
      console.log(
        `Stored ${name} in ${findTargetsFile()}.\nUse it with --target ${name}, or set AURASTREAM_TARGET=${name}. Check it with: aurastream doctor --target ${name}`,
      );
    });
}

/** Asks for the address of the API if no option says which deployment is meant. */
async function completeTarget(target: KeyedTarget): Promise<KeyedTarget> {
  if (Object.values(target).some((value) => value !== undefined)) return target;
  const answer = await askLine('Address of the API, or nothing to use AWS credentials: ');
  if (answer === undefined) {
    throw new Advice(
      'Which deployment is meant?',
      'Name it with --api-url, --endpoint, --region, --profile or --stack.',
    );
  }
  if (answer !== '') return { api_url: readUrl(answer) };
  const region = (await askLine('AWS region: ')) || undefined;
  const profile = (await askLine('Profile, or nothing for the default: ')) || undefined;
  return { region, profile };
}

async function readKey({ keyStdin }: Options): Promise<string> {
  const key = keyStdin
    ? (await readAll(process.stdin)).trim()
    : (process.env.AURASTREAM_API_KEY ?? (await askLine('API key: ', { is_secret: true })));
  if (key === undefined || !/^[\x21-\x7e]{8,}$/.test(key)) {
    throw new Advice(
      key ? 'That is no API key: it has spaces, or is too short.' : 'There is no API key.',
      'Pipe it with --key-stdin, or set AURASTREAM_API_KEY.',
    );
  }
  return key;
}

function readName(value: string): string {
  if (/^[\w-]{1,40}$/.test(value)) return value;
  throw new InvalidArgumentError('Use letters, digits, _ and -.');
}

/** A key must not travel in plain text, unless it stays on this machine. */
function readUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const is_local = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url?.hostname ?? '');
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && is_local)) {
    return value.replace(/\/+$/, '');
  }
  throw new InvalidArgumentError('Use an address that begins with https://.');
}
