import { Command, InvalidArgumentError, Option } from 'commander';
import {
  type AlertDestination,
  type AlertFilter,
  SENTIMENTS,
  type Sentiment,
} from '../../schemas/index.ts';
import { connectApi, withAdvice } from '../api.ts';
import { Advice } from '../errors.ts';
import { printAnswer } from '../output/print.ts';
import { aSlug, createNumberParser } from './options.ts';

interface CreateOptions {
  sentiment?: Sentiment[];
  leastScore?: number;
  leastConfidence?: number;
  source?: string[];
  language?: string[];
  attribute?: [name: string, value: string][];
  word?: string[];
  webhook?: string[];
  slack?: string[];
  teams?: string[];
  mostPerHour?: number;
  json?: boolean;
}

/** Creates the command `aurastream alerts create`. */
export function createAlertCommand(): Command {
  const parseShare = createNumberParser(0, 1);
  return new Command('create')
    .description('create an alert, or replace the one with the same name')
    .argument('<name>', 'such as angry-customers', aSlug)
    .addOption(new Option('--sentiment <names...>', 'only these sentiments').choices(SENTIMENTS))
    .option('--least-score <n>', 'least probability of the sentiment, 0 to 1', parseShare)
    .option('--least-confidence <n>', 'least margin over the next sentiment', parseShare)
    .option('--source <names...>', 'only these sources')
    .option('--language <codes...>', 'only these languages, such as en')
    .option('--attribute <name=value>', 'an attribute; may be repeated', collectAttribute)
    .option('--word <words...>', 'the text has one of these words or phrases')
    .option('--webhook <urls...>', 'send JSON to this URL, signed as callbacks are')
    .option('--slack <urls...>', 'send to this incoming webhook of Slack')
    .option('--teams <urls...>', 'send to this workflow of Microsoft Teams')
    .option('--most-per-hour <n>', 'records to report in an hour', createNumberParser(1, 1_000))
    .option('--json', 'print the alert')
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const to = readDestinations(options);
      const most_per_hour = options.mostPerHour;
      const alert = {
        ...{ name, filter: readFilter(options), to },
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

/** @throws {Advice} if the filter would match every record. */
function readFilter(options: CreateOptions): AlertFilter {
  const { sentiment, leastScore, leastConfidence, source, language, attribute, word } = options;
  const fields = {
    ...{ sentiments: sentiment, sources: source, languages: language, words: word },
    ...{ least_score: leastScore, least_confidence: leastConfidence },
    attributes: attribute && groupAttributes(attribute),
  };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  if (given.length === 0) {
    throw new Advice(
      'The alert would report every record.',
      'Say which, for example with --sentiment NEGATIVE.',
    );
  }
  return Object.fromEntries(given) as AlertFilter;
}

function groupAttributes(pairs: [string, string][]): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(values);
}
