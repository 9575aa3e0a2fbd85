/**
 * Serves a stub on loopback, with texts at a rate: `npm run stub -- bluesky --port 4100 --rate 40`. Then
 * `aurastream connect bluesky --url ws://127.0.0.1:4100 --sample 1` reads it.
 */
import { parseArgs } from 'node:util';
import { createRandom } from '../support/random.ts';
import { startBlueskyStub } from './bluesky/stub.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string', default: '0' },
    rate: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
  },
});
const [name] = positionals;
if (name !== 'bluesky') throw new Error('Usage: npm run stub -- bluesky [--port N] [--rate N]');

const TICK_MS = 20;
const TEXTS = [
  'I love my new kettle',
  'This kettle is awful, it leaks',
  'Nothing beats tea in the morning',
  'Der Wasserkocher ist leise',
];

const random = createRandom(Number(values.seed));
const stub = await startBlueskyStub({ port: Number(values.port) });
process.stdout.write(`${stub.url}\n`);

const per_tick = (Number(values.rate) * TICK_MS) / 1_000;
let posted = 0;
let due = 0;
const timer = setInterval(() => {
  // A busy machine gets fewer texts, and not all of them at once later.
  due += per_tick;
  for (; posted < Math.floor(due); posted += 1) {
    const id = posted.toString(32).padStart(13, 'a');
    const roll = random.next();
    if (posted > 100 && roll < 0.02)
      stub.removeIfPresent((posted - 50).toString(32).padStart(13, 'a'));
    stub.post({ id, text: `${random.pick(TEXTS)} ${posted}`, author: `author-${random.int(500)}` });
  }
}, TICK_MS);

process.once('SIGINT', () => {
  clearInterval(timer);
  void stub.close();
});
