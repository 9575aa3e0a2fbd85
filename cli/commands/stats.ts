import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Client } from '../../client/index.ts';
import { type StatsResponse, statsQuerySchema } from '../../schemas/index.ts';
import { connectApi, withAdvice } from '../api.ts';
import { Advice } from '../errors.ts';
import { chooseOutput, type OutputOptions, printAnswer } from '../output/print.ts';
import { createScreen, type ScreenStream } from '../output/screen.ts';
import { BREAKDOWNS, type Breakdown, drawStats } from '../output/stats.ts';
import { abortOnInterrupt } from '../stop.ts';
import { createNumberParser, parseTime } from './options.ts';
import { addFilters, type FilterOptions } from './results-filters.ts';
import { watchStats } from './watch-stats.ts';

const POLL_SECONDS = 2;
const COLUMNS_OF_A_FILE = 80;

type Query = NonNullable<Parameters<Client['stats']>[0]>;

interface StatsOptions
  extends Omit<FilterOptions, 'tenant'>,
    Pick<Query, 'interval' | 'time'>,
    OutputOptions {
  by: Breakdown;
  since?: TimeOption;
  until?: TimeOption;
  watch?: boolean;
  every: number;
}

/** Returns the time that an option names, in ISO 8601. */
type TimeOption = (now: number) => string;

export interface StatsDeps {
  createSignal?: () => AbortSignal;
  stream?: ScreenStream;
  now?: () => number;
}

/** Creates the command `aurastream stats`, which draws the statistics of the tenant of the API key. */
export function statsCommand(deps: StatsDeps = {}): Command {
  const { interval, time } = statsQuerySchema.shape;
  return addFilters(new Command('stats'), { has_tenant: false })
    .addOption(new Option('--by <what>', 'the bars').choices(BREAKDOWNS).default('sentiment'))
    .option(
      '--since <time>',
      'from then on: 2026-11-23, 2026-11-23T10:00:00Z, or 90m, 24h, 7d ago',
      aTime,
    )
    .option('--until <time>', 'until then', aTime)
    .addOption(new Option('--interval <size>', 'of the series').choices(interval.unwrap().options))
    .addOption(new Option('--time <time>', 'the time to go by').choices(time.unwrap().options))
    .option('--watch', 'draw again and again, until Ctrl-C')
    .option('--every <seconds>', 'how often', createNumberParser(0.1, 3_600), POLL_SECONDS)
    .option('--json', 'print the answer of the API; with --watch, a line for each change')
    .action(async (options: StatsOptions, command: Command) => {
      const client = await connectApi(command);
      const { now = Date.now, stream = process.stdout, createSignal = abortOnInterrupt } = deps;
      const draw = (stats: StatsResponse) =>
        drawStats(stats, options.by, stream.columns ?? COLUMNS_OF_A_FILE);
      const read = (signal?: AbortSignal) =>
        withAdvice(client.stats(toQuery(options, now()), signal === undefined ? {} : { signal }));
      if (options.watch) {
        const is_program = chooseWatchOutput(options) !== 'table';
        const signal = createSignal();
        return watchStats({
          read: () => read(signal),
          pause: () => sleep(options.every * 1_000, undefined, { signal }),
          openScreen: () =>
            createScreen(is_program ? { write: stream.write.bind(stream) } : stream),
          draw: (stats, failure) => {
            if (is_program) return [JSON.stringify(stats)];
            return failure === undefined ? draw(stats) : [...draw(stats), '', failure];
          },
          signal,
        });
      }
      const stats = await read();
      printAnswer(
        options,
        stats,
        () => draw(stats).join('\n'),
        () => stats.over_time,
      );
    });
}

/** @throws {Advice} for CSV, whose columns are known at the end only. */
function chooseWatchOutput(options: OutputOptions): 'table' | 'json' | 'ndjson' {
  const output = chooseOutput(options);
  if (output !== 'csv') return output;
  throw new Advice('--watch prints no CSV.', 'Use --output ndjson, or leave out --watch.');
}

function toQuery(
  { since, until, interval, time, source, language, sentiment }: StatsOptions,
  now: number,
): Query {
  const query = { interval, time, source, language, sentiment };
  const range = { from: since?.(now), to: until?.(now) };
  return Object.fromEntries(
    Object.entries({ ...query, ...range }).filter(([, value]) => value !== undefined),
  );
}

const UNITS_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Parses a time, or a length of time before now. */
function aTime(value: string): TimeOption {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(value) ?? [];
  const unit_ms = UNITS_MS[unit];
  if (count !== undefined && unit_ms !== undefined) {
    return (now) => new Date(now - Number(count) * unit_ms).toISOString();
  }
  try {
    const time = parseTime(value);
    return () => time;
  } catch {
    throw new InvalidArgumentError('Use 2026-11-23, 2026-11-23T10:00:00Z, 90m, 24h or 7d.');
  }
}
