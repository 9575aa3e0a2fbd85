import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareKeys } from '../../cli/start/keys.ts';
import { changedAssembly, limitRetries } from '../support/assembly.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import type { Random } from '../support/random.ts';
import type { Books } from './checker/books.ts';
import { createRunCommand, type RunCommand } from './command.ts';
import type { Repairs } from './generate.ts';
import { type Receiver, startReceiver } from './receiver.ts';

/** A running cloud with a receiver of callbacks, and the books of everything that is sent. */
export interface Storm {
  test: TestCloud;
  receiver: Receiver;
  api_key: string;
  books: Books;
  repairs: Repairs;
  aurastream: RunCommand;
  /** A folder for files of operators. */
  folder: string;
  /** Start of the storm, in epoch milliseconds. */
  started_at: number;
  close(): Promise<void>;
}

/** Numbers of retries after which Lambda gives up on a batch. */
const RETRIES = [1, 3, 1_000];

/** Boots the deployed template. Only the number of retries is drawn at random. */
export async function openStorm(random: Random): Promise<Storm> {
  const retries = random.pick(RETRIES);
  const folder = await mkdtemp(join(tmpdir(), 'aurastream-chaos-'));
  const assembly = await changedAssembly((template) => limitRetries(template, retries));
  const test = await testCloud({
    assemblyDir: assembly,
    comprehendQuotas: { BatchDetectSentiment: 10_000, DetectSentiment: 10_000 },
    parameters: { CallbackAllowLoopback: 'true' },
  });
  const aurastream = await createRunCommand(folder, test.environment);
  const { api_key, callback_secret } = await prepareKeys(test.cloud);
  const books: Books = { entries: [], jobs: [], answers: [], deliveries: [], callback_secret };
  const receiver = await startReceiver(random.fork(), books.deliveries);
  return {
    ...{ test, receiver, api_key, books, folder, aurastream },
    repairs: { records: new Map(), late_texts: [] },
    started_at: Date.now(),
    async close() {
      receiver.close();
      await test.stop();
      await rm(assembly, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
