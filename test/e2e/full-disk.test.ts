import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadFunctions } from '@aurastream/embedded-cloud';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assemblyDir } from '../../infra/synthesize.ts';
import { type Ended, start, waitForExit } from '../support/process.ts';

/** A device of Linux whose disk is always full. */
const FULL = '/dev/full';
/** Each test starts a cloud of its own. */
const TIMEOUT_MS = 240_000;

describe.skipIf(!existsSync(FULL))('npm start on a full disk', () => {
  let folder: string;
  let data: string;
  let child: ChildProcess | undefined;
  // The sources may need a synthesis, which then does not count for the first test.
  beforeAll(() => assemblyDir(), TIMEOUT_MS);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aurastream-full-'));
    data = join(folder, 'data');
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  interface Ready {
    endpoint: string;
    api: string;
    control_token: string;
  }

  /** Starts the cloud with a file that cannot grow, runs `act`, and waits for the cloud's end. */
  async function startWithFullFile(file: string, act: (cloud: Ready) => Promise<unknown>) {
    const path = join(data, file);
    await mkdir(dirname(path), { recursive: true });
    await symlink(FULL, path);
    const arguments_ = ['--port', '0', '--json', '--data', data];
    child = start(['node', '--import', 'tsx', 'cli/start/main.ts', ...arguments_]);
    const ended: Promise<Ended> = waitForExit(child);
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    await act(JSON.parse(line.toString()) as Ready).catch(() => undefined);
    return ended;
  }

  function expectAdvice({ code, stderr }: Ended): void {
    expect(code).toBe(1);
    expect(stderr).toContain(`The disk of ${data} is full`);
    expect(stderr).toContain('--data');
    expect(stderr).not.toContain('    at ');
  }

  it(
    'ends with advice and exit code 1 if a queue cannot store its messages',
    async () => {
      const fire = ({ endpoint, control_token }: Ready) =>
        fetch(`${endpoint}/_cloud/rules/fire`, {
          method: 'POST',
          headers: { authorization: `Bearer ${control_token}` },
        });
      expectAdvice(await startWithFullFile('sqs/queues.json.new', fire));
    },
    TIMEOUT_MS,
  );

  it(
    'ends with advice and exit code 1 if a log file cannot grow, which no caller awaits',
    async () => {
      const functions = await loadFunctions(await assemblyDir());
      const api = functions.find(({ logical_id }) => logical_id.startsWith('ApiHandler'));
      const log = join('logs', `${api?.name}.log`);
      expectAdvice(await startWithFullFile(log, (cloud) => fetch(`${cloud.api}/health`)));
    },
    TIMEOUT_MS,
  );
});
