/**
 * Streams the results of a large job through the embedded cloud, and fails if a row is missing or if
 * the function needs more memory than it may. The command `npm run measure:download -- --rows 100000` runs
 * this program.
 */
import { parseArgs } from 'node:util';
import { MEMORY_MB, startDownloadCloud } from './cloud.ts';
import { measureDownload } from './measure.ts';
import { seedJob } from './seed.ts';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '100000' } } });
const count = Number(values.rows);
const { test, client } = await startDownloadCloud();
try {
  await seedJob(test, { job_id: 'job_large', tenant: 'default', count, every: 1 });
  const { rows, mib, ...took } = await measureDownload(client, 'job_large', count);
  const { seconds, first_row_seconds, rss_growth_mib } = took;
  console.log(
    [
      `${rows} rows, ${mib.toFixed(0)} MiB in ${seconds.toFixed(1)} s: ${(rows / seconds).toFixed(0)} rows/s`,
      `first row after ${first_row_seconds.toFixed(2)} s`,
      `function with ${MEMORY_MB} MB, process grew by ${rss_growth_mib.toFixed(0)} MiB after the first tenth`,
    ].join('\n'),
  );
} finally {
  await test.stop();
}
