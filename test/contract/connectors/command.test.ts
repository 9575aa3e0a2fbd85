import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connectCommand } from '../../../cli/commands/connect.ts';
import { createSecretReader } from '../../../cli/connect/secrets.ts';
import { openState } from '../../../cli/connect/state.ts';
import { recordSchema } from '../../../schemas/index.ts';
import { type BlueskyStub, startBlueskyStub } from '../../stubs/bluesky/stub.ts';

const WAIT = { timeout: 10_000, interval: 10 };

let stub: BlueskyStub;
let folder: string;
let printed: string[];
let noted: string;

beforeEach(async () => {
  stub = await startBlueskyStub();
  folder = await mkdtemp(join(tmpdir(), 'aurastream-connect-'));
  printed = [];
  noted = '';
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    noted += String(text);
    return true;
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await stub.close();
  await rm(folder, { recursive: true, force: true });
});

function connect(words: string[], signal = new AbortController().signal): Promise<unknown> {
  return connectCommand(() => signal)
    .exitOverride()
    .parseAsync(words, { from: 'user' });
}

it('connect --dry-run prints the records that the filter takes, and remembers nothing', async () => {
  const stop = new AbortController();
  const running = connect(
    ['bluesky', '--dry-run', '--words', 'kettle,teapot', '--url', stub.url],
    stop.signal,
  );
  await vi.waitFor(() => expect(noted).toContain('bluesky: connected'), WAIT);
  stub.post({ id: '3aaa', text: 'A kettle', author: 'ada' });
  stub.post({ id: '3bbb', text: 'A toaster', author: 'ada' });
  stub.post({ id: '3ccc', text: 'A teapot', author: 'ada' });
  await vi.waitFor(() => expect(printed).toHaveLength(2), WAIT);
  stop.abort();
  await running;
  const records = printed.map((line) => recordSchema.parse(JSON.parse(line)));
  expect(records.map(({ text, source }) => [text, source])).toEqual([
    ['A kettle', 'bluesky'],
    ['A teapot', 'bluesky'],
  ]);
  expect(noted).toContain('ended: 2 published, 0 withdrawn, 1 filtered');
  expect(await readdir(folder)).toEqual([]);
});

it('Without a filter, a large source publishes its default share and says so', async () => {
  const stop = new AbortController();
  const running = connect(['bluesky', '--dry-run', '--url', stub.url], stop.signal);
  await vi.waitFor(() => expect(noted).toContain('connected'), WAIT);
  stop.abort();
  await running;
  expect(noted).toContain(
    'no filter is given, so 1 % of the texts are published; --sample 1 takes all',
  );
});

it('connect check calls the service and prints the duties, and says what to do if it is another service', async () => {
  await connect(['check', 'bluesky', '--url', stub.url]);
  expect(printed.join('\n')).toMatch(/bluesky can be read\.\nTerms: .*deletions/);
  const wrong = connect(['check', 'bluesky', '--url', `${stub.url}/`, '--set', 'nonsense=1']);
  await expect(wrong).rejects.toThrow(/See --help and docs\/connectors\.md/);
  await expect(connect(['check', 'blusky'])).rejects.toThrow(
    'There is no source blusky.\nUse one of bluesky',
  );
});

it('connect list shows the sources', async () => {
  await connect(['list']);
  expect(printed.join('\n')).toMatch(/^bluesky +stream +public posts/m);
});

it('connect status, pause, resume and rewind show and change the mark of a stopped connector', async () => {
  const state = ['--state', folder];
  await connect(['status', ...state]);
  expect(printed.pop()).toBe('No connector has run here.');
  const { checkpoints } = openState(folder);
  await checkpoints.take('kettles', { owner: 'p', until: Date.now() + 60_000 });
  await checkpoints.save(
    'kettles',
    { owner: 'p', until: Date.now() + 60_000 },
    { cursor: { seq: 7 }, at: Date.now() },
  );
  await connect(['status', ...state]);
  expect(printed.pop()).toMatch(/^kettles: running, mark saved \d s ago, of an event \d s ago$/);
  await connect(['pause', 'kettles', ...state]);
  expect((await checkpoints.read('kettles'))?.is_paused).toBe(true);
  await connect(['resume', 'kettles', ...state]);
  expect((await checkpoints.read('kettles'))?.is_paused).toBe(false);
  await expect(connect(['rewind', 'kettles', ...state])).rejects.toThrow('kettles is running.');
  await checkpoints.release('kettles', 'p');
  await connect(['rewind', 'kettles', '--to', '{"seq":3}', ...state]);
  expect((await checkpoints.read('kettles'))?.cursor).toEqual({ seq: 3 });
  await expect(connect(['pause', 'nothing', ...state])).rejects.toThrow(
    'There is no connector nothing.',
  );
});

it('A secret comes from its variable or from the file that a variable names', async () => {
  const path = join(folder, 'token');
  await writeFile(path, 'from-file\n');
  expect(await readFile(path, 'utf8')).toContain('from-file');
  expect(await createSecretReader('app-store', { APP_STORE_KEY: 'x' })('key')).toBe('x');
  expect(await createSecretReader('app-store', { APP_STORE_KEY_FILE: path })('key')).toBe(
    'from-file',
  );
  await expect(createSecretReader('app-store', {})('key')).rejects.toThrow('needs the secret key');
});
