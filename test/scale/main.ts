import { parseArgs } from 'node:util';
import { formatTable } from '../../cli/output/table.ts';
import { SCENARIOS } from './scenarios.ts';
import { type ScaleFigures, simulateScale } from './world.ts';

const HELP = `Simulates the rate limiter and the quota ledger for up to 2,000 shards, in virtual time.

Usage: npm run simulate:scale -- [options]

  --shards N    only the scenarios with this number of shards
  --only TEXT   only the scenarios whose name contains this text
  --seed N      the seed of all random numbers (default 1)
  --json        print one line of JSON for each scenario
  --help        print this
`;

function formatRow(figures: ScaleFigures): Record<string, string> {
  const share = (value: number) => `${(value * 100).toFixed(1)} %`;
  const number = (value: number) =>
    value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });
  const { scenario, sync } = figures;
  return {
    scenario: scenario.name,
    'records/s': number(scenario.records_per_second),
    'calls/s': number(figures.quota_calls_per_second),
    'quota used': share(figures.quota_used),
    refused: share(figures.refused),
    'no slot': share(figures.out_of_quota),
    'ledger writes/s': number(figures.ledger_writes_per_second),
    items: number(figures.ledger_items),
    'most of an item': number(figures.item_writes_per_second_max),
    bulk: share(figures.bulk_share),
    'lag, s': number(figures.mean_lag_seconds),
    'slowest ÷ mean': figures.slowest_to_mean_lag.toFixed(2),
    'sync: answered': sync === undefined ? '' : share(sync.answered),
    'quota used, sync': sync === undefined ? '' : share(sync.quota_used),
    'refused, sync': sync === undefined ? '' : share(sync.refused),
    'p99, ms': sync === undefined ? '' : number(sync.p99_ms),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      shards: { type: 'string' },
      only: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const wanted = SCENARIOS.filter(
    ({ name, shards }) =>
      (values.shards === undefined || shards === Number(values.shards)) &&
      (values.only === undefined || name.includes(values.only)),
  );
  const rows: Record<string, string>[] = [];
  for (const scenario of wanted) {
    const started = performance.now();
    const figures = await simulateScale(scenario, Number(values.seed));
    const took = ((performance.now() - started) / 1_000).toFixed(0);
    process.stderr.write(`${scenario.name}: ${took} s\n`);
    if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
    rows.push(formatRow(figures));
  }
  if (values.json || rows.length === 0) return;
  const columns = Object.keys(rows[0]!);
  process.stdout.write(`${formatTable(columns, rows, { right: columns.slice(1) })}\n`);
}

await main();
