import { parseArgs } from 'node:util';
import { simulateBulk } from './simulate.ts';

/** Prints the figures of live records alone and beside jobs, for docs/reliability.md. */
const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '200000' },
    jobs: { type: 'string', default: '1' },
    distinct: { type: 'string', default: '1' },
    live: { type: 'string', default: '50' },
    quota: { type: 'string', default: '9.8' },
    seed: { type: 'string', default: '1' },
  },
});
const world = {
  seed: Number(values.seed),
  live_records_per_second: Number(values.live),
  distinct_share: Number(values.distinct),
  quota: Number(values.quota),
  max_hours: 72,
};
const jobs = Array.from({ length: Number(values.jobs) }, () => Number(values.records));
const alone = await simulateBulk({ ...world, jobs: [], least_seconds: 3_600 });
const beside = await simulateBulk({ ...world, jobs, least_seconds: 0 });
console.log(JSON.stringify({ alone, beside }, null, 2));
