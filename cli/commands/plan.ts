import { loadSchema, type PlannedLoad, planLoad } from '@aurastream/cost-model';
import { Command, InvalidArgumentError } from 'commander';
import { Advice } from '../errors.ts';
import { formatPlan } from '../output/plan.ts';
import { printAnswer } from '../output/print.ts';
import { createNumberParser } from './options.ts';

/** Options that describe the traffic. The options have no defaults, because traffic varies. */
interface Traffic {
  rate: number;
  length: number;
  repeat: number;
}

interface PlanOptions extends Partial<Traffic> {
  bytesPerCharacter: number;
  languages: number;
  quota: number;
  searched: number;
  searchQuota: number;
  region: string;
  sources: number;
  redelivered: number;
  queries: number;
  downloaded: number;
  sync?: number;
  burst?: number;
  syncQuota: number;
  json?: boolean;
}

const EXAMPLE = 'aurastream plan --rate 500/s --length 140 --repeat 60%';

/**
 * Creates the command `aurastream plan`, which estimates the quotas and costs of a load with the
 * cost model in packages/cost-model.
 */
export function planCommand(): Command {
  return new Command('plan')
    .option('--rate <records>', 'rate of records: 500/s, 30k/min, 2M/day', parseRate)
    .option('--length <characters>', 'mean length of a text', createNumberParser(1, 1_048_576))
    .option('--repeat <share>', 'share of texts that were analysed before: 0.6 or 60%', parseShare)
    .option('--languages <count>', 'number of languages', createNumberParser(1, 12), 1)
    .option(
      '--bytes-per-character <bytes>',
      '1 for English, 3 for Chinese',
      createNumberParser(1, 4),
      1,
    )
    .option(
      '--quota <calls>',
      'present quota of BatchDetectSentiment calls per second',
      createNumberParser(0.1, 1e6),
      10,
    )
    .option('--searched <share>', 'share of texts that DetectPiiEntities searches', parseShare, 0)
    .option(
      '--search-quota <calls>',
      'present quota of DetectPiiEntities calls per second',
      createNumberParser(0.1, 1e6),
      20,
    )
    .option('--region <name>', 'AWS region, whose quotas apply', 'us-east-1')
    .option('--sources <count>', 'number of sources', createNumberParser(1, 1e6), 1)
    .option('--redelivered <share>', 'share of records that are delivered twice', parseShare, 0.01)
    .option(
      '--queries <count>',
      'SQL queries per day, each over a day',
      createNumberParser(0, 1e6),
      24,
    )
    .option('--downloaded <share>', 'share of results that leave AWS', parseShare, 0.1)
    .option('--sync <requests>', 'rate of POST /analyze/sync: 1000/s', parseRate)
    .option('--burst <requests>', 'requests of --sync in a busy second', createNumberParser(1, 1e6))
    .option(
      '--sync-quota <calls>',
      'present quota of DetectSentiment calls per second',
      createNumberParser(0.1, 1e6),
      20,
    )
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ ${EXAMPLE}
  $ ${EXAMPLE} --sync 1000/s --burst 5000
  $ aurastream plan --rate 2M/day --length 800 --repeat 0.1 --languages 12 --json`,
    )
    .action((options: PlanOptions) => {
      const plan = planLoad(buildLoad(options, requireTraffic(options)));
      printAnswer(options, plan, () => formatPlan(plan));
    });
}

/**
 * Returns the options that describe the traffic.
 *
 * @throws {Advice} if one of the options is missing.
 */
function requireTraffic({ rate, length, repeat }: PlanOptions): Traffic {
  if (rate !== undefined && length !== undefined && repeat !== undefined) {
    return { rate, length, repeat };
  }
  const missing = Object.entries({ rate, length, repeat })
    .filter(([, value]) => value === undefined)
    .map(([name]) => `--${name}`);
  throw new Advice(`Missing options: ${missing.join(', ')}`, `For example: ${EXAMPLE}`);
}

/**
 * Converts the command's options into a load for the cost model.
 *
 * @throws {Advice} if the load is invalid. For example, the texts can be too long for a record.
 */
function buildLoad(options: PlanOptions, { rate, length, repeat }: Traffic): PlannedLoad {
  const { success, data, error } = loadSchema.safeParse({
    records_per_second: rate,
    characters: Math.round(length),
    repeat_share: repeat,
    bytes_per_character: options.bytesPerCharacter,
    languages: Math.round(options.languages),
    quota_calls_per_second: options.quota,
    searched_share: options.searched,
    search_quota_calls_per_second: options.searchQuota,
    region: options.region,
    sources: Math.round(options.sources),
    redelivered_share: options.redelivered,
    queries_per_day: options.queries,
    downloaded_share: options.downloaded,
    ...buildSyncLoad(options),
  });
  if (success) return data;
  throw new Advice(
    error.issues.map(({ message }) => message).join('; '),
    'Lower --length or --bytes-per-character.',
  );
}

function buildSyncLoad({ sync, burst, syncQuota }: PlanOptions) {
  if (sync === undefined) {
    if (burst === undefined) return {};
    throw new Advice('--burst needs --sync.', `For example: ${EXAMPLE} --sync 1000/s --burst 5000`);
  }
  return {
    sync: {
      requests_per_second: sync,
      burst_requests: burst ?? sync,
      quota_calls_per_second: syncQuota,
    },
  };
}

const SECONDS: Record<string, number> = { s: 1, min: 60, h: 3_600, day: 86_400, month: 2_628_000 };
const MULTIPLES: Record<string, number> = { '': 1, k: 1_000, m: 1_000_000, b: 1_000_000_000 };

function parseRate(value: string): number {
  const match = /^(\d+(?:\.\d+)?(?:e\d+)?)([kmb]?)(?:\/(s|min|h|day|month))?$/i.exec(value.trim());
  const [, count, multiple = '', unit = 's'] = match ?? [];
  const seconds = SECONDS[unit.toLowerCase()] ?? Number.NaN;
  const rate = (Number(count) * (MULTIPLES[multiple.toLowerCase()] ?? Number.NaN)) / seconds;
  if (rate > 0 && rate <= 1_000_000) return rate;
  throw new InvalidArgumentError(
    'Write a rate above 0 and up to 1M/s, like 500/s, 30k/min or 2M/day.',
  );
}

function parseShare(value: string): number {
  const [, digits, percent_sign] = /^\s*([\d.]+)\s*(%?)\s*$/.exec(value) ?? [];
  const share = Number(digits ?? Number.NaN) / (percent_sign === '%' ? 100 : 1);
  if (share >= 0 && share <= 1) return share;
  const hint = percent_sign === '' && share <= 100 ? `: ${digits}% is ${share / 100}` : '';
  throw new InvalidArgumentError(`Write a share from 0 to 1, or 0% to 100%${hint}.`);
}
