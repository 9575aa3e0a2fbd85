import {
  COST_STAGES,
  loadSchema,
  type Plan,
  type PlannedLoad,
  planOf,
} from '@aurastream/cost-model';
import { Command, InvalidArgumentError } from 'commander';
import { Advice } from '../errors.ts';
import { table } from '../output/table.ts';

interface PlanOptions extends Partial<Asked> {
  bytesPerCharacter: number;
  languages: number;
  quota: number;
  json?: boolean;
}

/** What nobody but the user knows. */
interface Asked {
  rate: number;
  length: number;
  repeat: number;
}

const EXAMPLE = 'aurastream plan --rate 500/s --length 140 --repeat 60%';

/** `aurastream plan`: what a load will take and cost, from the model of operations/plan. Needs no cloud. */
export function planCommand(): Command {
  return new Command('plan')
    .description('what a load will take and cost: quota, shards, concurrency, lag, USD')
    .option('--rate <records>', 'records: 500/s, 30k/min, 2M/day', aRate)
    .option('--length <characters>', 'of a text, at the mean', aNumber(1, 1_048_576))
    .option('--repeat <share>', 'whose text was seen before: 0.6 or 60%', aShare)
    .option('--languages <count>', 'of how many the traffic is', aNumber(1, 12), 1)
    .option('--bytes-per-character <bytes>', '1 English, 3 Chinese', aNumber(1, 4), 1)
    .option('--quota <calls>', 'BatchDetectSentiment calls a second now', aNumber(0.1, 1e6), 10)
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ ${EXAMPLE}
  $ aurastream plan --rate 2M/day --length 800 --repeat 0.1 --languages 12 --json`,
    )
    .action((options: PlanOptions) => {
      const plan = planOf(loadOf({ ...options, ...asked(options) }));
      console.log(options.json ? JSON.stringify(plan) : readable(plan));
    });
}

/** @throws {Advice} where some are not said. */
function asked({ rate, length, repeat }: PlanOptions): Asked {
  const missing = Object.entries({ rate, length, repeat })
    .filter(([, value]) => value === undefined)
    .map(([name]) => `--${name}`);
  if (rate !== undefined && length !== undefined && repeat !== undefined) {
    return { rate, length, repeat };
  }
  throw new Advice(`A plan needs ${missing.join(', ')}`, `For example: ${EXAMPLE}`);
}

/** @throws {Advice} where texts are longer than records may have. */
function loadOf(options: PlanOptions & Asked): PlannedLoad {
  const { success, data, error } = loadSchema.safeParse({
    records_per_second: options.rate,
    characters: Math.round(options.length),
    repeat_share: options.repeat,
    bytes_per_character: options.bytesPerCharacter,
    languages: Math.round(options.languages),
    quota_calls_per_second: options.quota,
  });
  if (success) return data;
  throw new Advice(error.issues[0]!.message, 'Lower --length or --bytes-per-character.');
}

const SECONDS: Record<string, number> = { s: 1, min: 60, h: 3_600, day: 86_400, month: 2_628_000 };
const MULTIPLES: Record<string, number> = { '': 1, k: 1_000, m: 1_000_000, b: 1_000_000_000 };

function aRate(value: string): number {
  const match = /^(\d+(?:\.\d+)?(?:e\d+)?)([kmb]?)(?:\/(s|min|h|day|month))?$/i.exec(value.trim());
  const [, count, multiple = '', unit = 's'] = match ?? [];
  const rate = (Number(count) * MULTIPLES[multiple.toLowerCase()]!) / SECONDS[unit.toLowerCase()]!;
  if (match !== null && rate > 0 && rate <= 1_000_000) return rate;
  throw new InvalidArgumentError('Write 500/s, 30k/min or 2M/day: above 0, up to 1M/s.');
}

function aShare(value: string): number {
  const [, number, percent_sign] = /^\s*([\d.]+)\s*(%?)\s*$/.exec(value) ?? [];
  const share = Number(number ?? Number.NaN) / (percent_sign === '%' ? 100 : 1);
  if (share >= 0 && share <= 1) return share;
  const percent = percent_sign === '' && share <= 100 ? `: ${number}% is ${share / 100}` : '';
  throw new InvalidArgumentError(`Write a share from 0 to 1, or 0% to 100%${percent}.`);
}

function aNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() !== '' && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Write a number from ${least} to ${most}.`);
  };
}

function readable(plan: Plan): string {
  const { stream, consumer, comprehend } = plan;
  const lines: [string, string][] = [
    ['load', loadLine(plan.load)],
    [
      'stream',
      `${stream.mode}, about ${number(stream.shards)} shards, ${number(stream.megabytes_per_second)} MB/s`,
    ],
    [
      'consumer',
      `${number(consumer.concurrency)} at a time, batches of ${number(consumer.batch_records)} in ${number(consumer.batch_seconds)} s${consumer.keeps_up ? '' : ': falls behind, raise the parallelization factor'}`,
    ],
    ['comprehend', comprehendLine(plan)],
    ...(comprehend.calls_per_second === 0 ? [] : [['quota', quotaLine(plan)] as [string, string]]),
    ...(plan.sources > 1
      ? [['sources', `spread the records over ${plan.sources} at least`] as [string, string]]
      : []),
  ];
  const page = lines.map(([name, value]) => `${name.padEnd(10)}  ${value}`).join('\n');
  return [page, ...(plan.raise.length === 0 ? [] : [raiseTable(plan)]), costTable(plan)].join(
    '\n\n',
  );
}

function loadLine({ records_per_second, characters, repeat_share, languages }: PlannedLoad) {
  const mixed = languages === 1 ? '1 language' : `${languages} languages`;
  const each = characters === 1 ? '1 character' : `${number(characters)} characters`;
  return `${number(records_per_second)} records/s of ${each}, ${percent(repeat_share)} % repeats, ${mixed}`;
}

function comprehendLine({ comprehend: { calls_per_second, call_fill } }: Plan): string {
  if (calls_per_second === 0) return 'no calls: every text was seen before';
  return `${number(calls_per_second)} calls/s, ${Math.round(call_fill * 100)} % full`;
}

function quotaLine({ under_the_quota: quota, comprehend }: Plan): string {
  const carried = quota.records_per_second === null ? 'any' : number(quota.records_per_second);
  const carries = `${number(quota.calls_per_second)} calls/s carry ${carried} records/s`;
  if (quota.hours_until_records_leave === null) return `${carries}: enough`;
  return `${carries}: ${number(quota.lag_seconds_per_hour / 60)} min later each hour, and after ${number(quota.hours_until_records_leave)} h records leave for the failure bucket; ask for ${number(comprehend.quota_to_ask_for)}`;
}

function raiseTable({ raise }: Plan): string {
  const rows = raise.map(({ limit, default: given, ask_for }) => ({
    'quota to raise': limit,
    default: number(given),
    'ask for': number(ask_for),
  }));
  return table(['quota to raise', 'default', 'ask for'], rows);
}

function costTable(plan: Plan): string {
  const rows = [...COST_STAGES, 'total' as const].map((stage) => ({
    'USD a month': stage,
    AuraStream: usd(plan.usd_per_month[stage]),
    'a call per record': usd(plan.per_record_usd_per_month[stage]),
    'AuraStream, per million': usd(plan.usd_per_million[stage]),
  }));
  const page = table(Object.keys(rows[0]!), rows);
  return `${page}\n\nA million is of this month's: Comprehend's price falls with volume, and the stream's hours are shared.`;
}

/** All of nearly all is not all. */
function percent(share: number): string {
  return (share * 100).toLocaleString('en-US', { maximumSignificantDigits: 6 });
}

/** Three figures, thousands apart. */
function number(value: number): string {
  const digits =
    Math.abs(value) >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  return value.toLocaleString('en-US', digits);
}

function usd(value: number): string {
  const fraction = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return value.toLocaleString('en-US', fraction);
}
