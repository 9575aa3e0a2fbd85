import { Command, InvalidArgumentError, Option } from 'commander';
import { type AlertDestination, SENTIMENTS, TRAFFIC_KINDS } from '../../schemas/index.ts';
import { connectApi, withAdvice } from '../api.ts';
import { Advice } from '../errors.ts';
import { printAnswer } from '../output/print.ts';
import { type ConditionOptions, readCondition } from './alert-condition.ts';
import { aSlug, createNumberParser } from './options.ts';

interface CreateOptions extends ConditionOptions {
  webhook?: string[];
  slack?: string[];
  teams?: string[];
  mostPerHour?: number;
  json?: boolean;
}

/** Creates the command `aurastream alerts create`. */
export function createAlertCommand(): Command {
  const command = new Command('create')
    .description('create an alert, or replace the one with the same name')
    .argument('<name>', 'such as angry-customers', aSlug);
  for (const option of [...recordOptions(), ...trafficOptions()]) command.addOption(option);
  return command
    .option('--webhook <urls...>', 'send JSON to this URL, signed as callbacks are')
    .option('--slack <urls...>', 'send to this incoming webhook of Slack')
    .option('--teams <urls...>', 'send to this workflow of Microsoft Teams')
    .option('--most-per-hour <n>', 'what to report in an hour', createNumberParser(1, 1_000))
    .option('--json', 'print the alert')
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const to = readDestinations(options);
      const most_per_hour = options.mostPerHour;
      const alert = {
        ...{ name, ...readCondition(options), to },
        ...(most_per_hour === undefined ? {} : { most_per_hour }),
      };
      const client = await connectApi(command);
      const stored = await withAdvice(client.setAlert(alert));
      printAnswer(
        options,
        stored,
        () => `${name} is on. Try it with \`aurastream alerts test ${name}\`.`,
      );
    });
}

function recordOptions(): Option[] {
  const parseShare = createNumberParser(0, 1);
  const kinds = ['record', ...TRAFFIC_KINDS];
  return [
    new Option('--kind <kind>', 'what to watch: records, or the traffic of sources')
      .choices(kinds)
      .default('record'),
    new Option('--sentiment <names...>', 'only these sentiments').choices(SENTIMENTS),
    new Option('--least-score <n>', 'least probability of the sentiment, 0 to 1').argParser(
      parseShare,
    ),
    new Option('--least-confidence <n>', 'least margin over the next sentiment').argParser(
      parseShare,
    ),
    new Option('--source <names...>', 'only these sources'),
    new Option('--language <codes...>', 'only these languages, such as en'),
    new Option('--attribute <name=value>', 'an attribute; may be repeated').argParser(
      collectAttribute,
    ),
    new Option('--word <words...>', 'the text has one of these words or phrases'),
  ];
}

function trafficOptions(): Option[] {
  const anInteger = (least: number, most: number) => createNumberParser(least, most);
  return [
    new Option('--ratio <n>', 'shift, volume: how many times the usual').argParser(
      createNumberParser(1.5, 100),
    ),
    new Option('--direction <direction>', 'volume: more or fewer records').choices(['up', 'down']),
    new Option('--window <minutes>', 'volume: minutes that are counted').argParser(
      anInteger(5, 60),
    ),
    new Option('--minutes <n>', 'silence: minutes without a record').argParser(anInteger(5, 180)),
    new Option(
      '--least-records <n>',
      'shift, volume, silence: fewer records say nothing',
    ).argParser(anInteger(1, 1_000_000)),
    new Option('--cooldown <minutes>', 'shift, volume, silence: do not fire again').argParser(
      anInteger(1, 1_440),
    ),
  ];
}

function collectAttribute(value: string, given: [string, string][] = []): [string, string][] {
  const [, name, wanted] = /^([^=]+)=(.+)$/.exec(value) ?? [];
  if (name === undefined || wanted === undefined) {
    throw new InvalidArgumentError('Write a name and a value, such as stars=1.');
  }
  return [...given, [name, wanted]];
}

/** @throws {Advice} if there is no destination. */
function readDestinations({
  webhook = [],
  slack = [],
  teams = [],
}: CreateOptions): AlertDestination[] {
  const to = Object.entries({ webhook, slack, teams }).flatMap(([kind, urls]) =>
    urls.map((url) => ({ kind: kind as AlertDestination['kind'], url })),
  );
  if (to.length === 0) {
    throw new Advice('The alert has no destination.', 'Use --webhook, --slack or --teams.');
  }
  return to;
}
