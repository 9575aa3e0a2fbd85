/** Refuses more non-null assertions (`value!`) in the product's rooms than there are today: lower MOST as they go. */
import { spawnSync } from 'node:child_process';
import rooms from '../rooms.json' with { type: 'json' };

const MOST = 17;
const product = Object.entries(rooms)
  .filter(([, traits]) => (traits as string[]).includes('product'))
  .map(([room]) => room);

const args = ['biome', 'lint', '--only=style/noNonNullAssertion', '--reporter=json', ...product];
const { stdout } = spawnSync('npx', args, { encoding: 'utf8' });
const { summary } = JSON.parse(stdout) as { summary: { warnings: number; errors: number } };
const found = summary.warnings + summary.errors;
if (found > MOST) {
  console.error(`${found} non-null assertions in the product; at most ${MOST} are accepted.`);
  process.exitCode = 1;
}
