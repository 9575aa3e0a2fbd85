import { Command } from 'commander';
import type { Client } from '../../client/index.ts';
import type { AlertDestination, DigestView } from '../../schemas/index.ts';
import { connectApi, withAdvice } from '../api.ts';
import { Advice } from '../errors.ts';
import { printAnswer } from '../output/print.ts';
import { formatTable } from '../output/table.ts';
import { aSlug, createNumberParser } from './options.ts';

interface CreateOptions {
  daily?: boolean;
  weekly?: boolean;
  source?: string;
  hour?: number;
  webhook?: string[];
  slack?: string[];
  teams?: string[];
  json?: boolean;
}

/** Creates the command `aurastream digests create`. */
export function createDigestCommand(): Command {
  return new Command('create')
    .description('create a digest, or replace the one with the same name')
    .argument('<name>', 'such as support-weekly', aSlug)
    .option('--daily', 'of each day, in UTC')
    .option('--weekly', 'of each week, which begins on Monday (the default)')
    .option('--source <name>', 'only this source', aSlug)
    .option('--hour <n>', 'the hour from which it is sent, in UTC', createNumberParser(0, 23))
    .option(
      '--webhook <urls...>',
      'send JSON, HTML and the chart to this URL, signed as callbacks are',
    )
    .option('--slack <urls...>', 'send to this incoming webhook of Slack')
    .option('--teams <urls...>', 'send to this workflow of Microsoft Teams')
    .option('--json', 'print the digest')
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const { source, hour } = options;
      const digest: Parameters<Client['setDigest']>[0] = {
        ...{ name, cadence: chooseCadence(options), to: readDestinations(options) },
        ...(source === undefined ? {} : { source }),
        ...(hour === undefined ? {} : { hour }),
      };
      const client = await connectApi(command);
      const stored = await withAdvice(client.setDigest(digest));
      printAnswer(
        options,
        stored,
        () =>
          `${name} is on, and starts with the last period that is over. See \`aurastream digests history ${name}\`.`,
      );
    });
}

/** @throws {Advice} if both are asked for. */
export function chooseCadence({
  daily,
  weekly,
}: Pick<CreateOptions, 'daily' | 'weekly'>): 'daily' | 'weekly' {
  if (daily && weekly) {
    throw new Advice('A digest is daily or weekly.', 'Use one of --daily and --weekly.');
  }
  return daily ? 'daily' : 'weekly';
}

/** @throws {Advice} if there is no destination. */
function readDestinations({ webhook = [], slack = [], teams = [] }: CreateOptions) {
  const to = Object.entries({ webhook, slack, teams }).flatMap(([kind, urls]) =>
    urls.map((url) => ({ kind: kind as AlertDestination['kind'], url })),
  );
  if (to.length === 0) {
    throw new Advice('The digest has no destination.', 'Use --webhook, --slack or --teams.');
  }
  return to;
}

/** Creates the commands `aurastream digests list`, `delete` and `history`. */
export function storedDigestCommands(): Command[] {
  return [listCommand(), deleteCommand(), historyCommand()];
}

function listCommand(): Command {
  return new Command('list')
    .description('list your digests, by name')
    .option('--json', 'print an array')
    .action(async (options: { json?: boolean }, command: Command) => {
      const client = await connectApi(command);
      const digests = await withAdvice(client.digests(), 'digests list');
      printAnswer(options, digests, () => formatTable(COLUMNS, digests.map(toRow)));
    });
}

const COLUMNS = ['name', 'cadence', 'source', 'hour', 'to'];

function toRow({ name, cadence, source, hour, to }: DigestView) {
  return {
    name,
    cadence,
    source,
    hour,
    to: to.map(({ kind, host }) => `${kind} ${host}`).join(', '),
  };
}

function deleteCommand(): Command {
  return new Command('delete')
    .description('delete a digest; its history stays until it expires')
    .argument('<name>')
    .option('--json', 'print the deleted digest')
    .action(async (name: string, options: { json?: boolean }, command: Command) => {
      const client = await connectApi(command);
      const digest = await withAdvice(client.deleteDigest(name), 'digests list');
      printAnswer(options, digest, () => `Deleted ${name}.`);
    });
}

function historyCommand(): Command {
  return new Command('history')
    .description('list the periods that a digest has sent in the last 30 days, newest first')
    .argument('<name>')
    .option('--json', 'print the history')
    .action(async (name: string, options: { json?: boolean }, command: Command) => {
      const client = await connectApi(command);
      const history = await withAdvice(client.digestHistory(name), 'digests list');
      const rows = history.sent.flatMap(({ period_end, deliveries }) =>
        deliveries.map(({ kind, host, state, attempts }) => {
          const last = attempts.at(-1);
          return {
            ...{ period_end, to: `${kind} ${host}`, state, attempts: attempts.length },
            last: last?.error ?? last?.status,
          };
        }),
      );
      printAnswer(options, history, () =>
        formatTable(['period_end', 'to', 'state', 'attempts', 'last'], rows),
      );
    });
}
