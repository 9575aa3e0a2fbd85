import { Command } from 'commander';
import type { AlertEvent, AlertView } from '../../schemas/index.ts';
import { connectApi, withAdvice, withAdviceForEach } from '../api.ts';
import { Advice } from '../errors.ts';
import { printAnswer } from '../output/print.ts';
import { formatTable } from '../output/table.ts';
import { createAlertCommand } from './alerts-create.ts';
import { parseDuration, parseLimit, parseTime } from './options.ts';

/** Creates the command `aurastream alerts`, which defines, tests and follows alerts through the API. */
export function alertsCommand(): Command {
  return new Command('alerts')
    .description('report records that match, or unusual traffic, to webhooks, Slack and Teams')
    .addCommand(createAlertCommand())
    .addCommand(listCommand())
    .addCommand(testCommand())
    .addCommand(muteCommand())
    .addCommand(deleteCommand())
    .addCommand(historyCommand());
}

function listCommand(): Command {
  return new Command('list')
    .description('list your alerts, by name')
    .option('--json', 'print an array')
    .action(async (options: { json?: boolean }, command: Command) => {
      const client = await connectApi(command);
      const alerts = await withAdvice(client.alerts(), 'alerts list');
      printAnswer(options, alerts, () => formatTable(COLUMNS, alerts.map(toRow)));
    });
}

const COLUMNS = ['name', 'kind', 'condition', 'to', 'firing', 'muted_until'];

function toRow(alert: AlertView) {
  const { name, kind, to, muted_until } = alert;
  const hosts = to.map((destination) => `${destination.kind} ${destination.host}`).join(', ');
  const firing = alert.kind === 'record' ? [] : alert.firing.map(({ source }) => source);
  return {
    ...{ name, kind, condition: describeCondition(alert), to: hosts },
    ...{ firing: firing.join(', '), muted_until },
  };
}

function describeCondition(alert: AlertView): string {
  switch (alert.kind) {
    case 'record':
      return JSON.stringify(alert.filter);
    case 'shift':
      return `${alert.ratio} × share of ${writeSources(alert)}`;
    case 'volume': {
      const factor = alert.direction === 'up' ? `${alert.ratio} ×` : `1/${alert.ratio} of`;
      return `${factor} records of ${writeSources(alert)} in ${alert.window_minutes} min`;
    }
    case 'silence':
      return `no record of ${writeSources(alert)} for ${alert.minutes} min`;
  }
}

function writeSources({ sources }: { sources?: string[] | undefined }): string {
  return sources?.join(', ') ?? 'each source';
}

function testCommand(): Command {
  return new Command('test')
    .description('send a test to each destination of an alert')
    .argument('<name>')
    .option('--json', 'print one line of JSON')
    .action(async (name: string, options: { json?: boolean }, command: Command) => {
      const client = await connectApi(command);
      const test = await withAdvice(client.testAlert(name), 'alerts list');
      printAnswer(
        options,
        test,
        () => `A test is on its way. See \`aurastream alerts history ${name}\`.`,
      );
    });
}

interface MuteOptions {
  for?: number;
  until?: string;
  end?: boolean;
  json?: boolean;
}

function muteCommand(): Command {
  return new Command('mute')
    .description('send nothing for some time')
    .argument('<name>')
    .option('--for <duration>', 'for some time, such as 2h or 7d', parseDuration)
    .option('--until <time>', 'until a day or a time, in UTC', parseTime)
    .option('--end', 'end the muting now')
    .option('--json', 'print the alert')
    .action(async (name: string, options: MuteOptions, command: Command) => {
      const until = readEnd(options, Date.now());
      const client = await connectApi(command);
      const alert = await withAdvice(client.muteAlert(name, until), 'alerts list');
      printAnswer(options, alert, () =>
        until === null ? `${name} reports again.` : `${name} is muted until ${until}.`,
      );
    });
}

/** @throws {Advice} if not exactly one of the options says how long. */
function readEnd({ for: duration_ms, until, end }: MuteOptions, now: number): string | null {
  const given = [duration_ms, until, end].filter((option) => option !== undefined);
  if (given.length !== 1) {
    throw new Advice('It is not clear how long to mute.', 'Use one of --for, --until and --end.');
  }
  if (end) return null;
  return until ?? new Date(now + (duration_ms ?? 0)).toISOString();
}

function deleteCommand(): Command {
  return new Command('delete')
    .description('delete an alert; its history stays until it expires')
    .argument('<name>')
    .option('--json', 'print the deleted alert')
    .action(async (name: string, options: { json?: boolean }, command: Command) => {
      const client = await connectApi(command);
      const alert = await withAdvice(client.deleteAlert(name), 'alerts list');
      printAnswer(options, alert, () => `Deleted ${name}.`);
    });
}

function historyCommand(): Command {
  return new Command('history')
    .description('list what an alert has reported and to which hosts, newest first')
    .argument('<name>')
    .option('--limit <n>', 'how many at most', parseLimit, 20)
    .option('--json', 'print an array')
    .action(async (name: string, options: { limit: number; json?: boolean }, command: Command) => {
      const client = await connectApi(command);
      const events: AlertEvent[] = [];
      for await (const event of withAdviceForEach(client.alertHistory(name), 'alerts list')) {
        if (events.length === options.limit) break;
        events.push(event);
      }
      const rows = events.flatMap(listDeliveries);
      printAnswer(options, events, () =>
        formatTable(['fired_at', 'what', 'sentiment', 'to', 'state', 'attempts', 'last'], rows),
      );
    });
}

function listDeliveries(event: AlertEvent) {
  const { fired_at, kind, source, record_id, sentiment, deliveries, not_sent } = event;
  const of_source = source === undefined ? kind : `${source} ${kind}`;
  const what = kind === 'record' ? `${source}/${record_id}` : of_source;
  if (not_sent !== undefined) return [{ fired_at, what, state: `not sent: ${not_sent}` }];
  return deliveries.map(({ kind: to, host, state, attempts }) => {
    const last = attempts.at(-1);
    return {
      ...{ fired_at, what, sentiment, to: `${to} ${host}`, state, attempts: attempts.length },
      last: last?.error ?? last?.status,
    };
  });
}
