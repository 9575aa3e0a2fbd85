import { bootCloud } from '@aurastream/embedded-cloud';
import { EMBEDDED_PARAMETERS } from '../../infra/embedded-parameters.ts';
import { assemblyDir } from '../../infra/synthesize.ts';
import { colours } from '../output/colours.ts';
import { untilStopped } from '../stop.ts';
import { readyKeys } from './keys.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { forReaders, machineReadable } from './say.ts';

/** One line that is written over on a terminal, and lines elsewhere. */
function sayProgress(step: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[2K${colours.dim(step)}` : `${step}\n`);
}

function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
}

function complaint(cause: unknown, port: number): string {
  if ((cause as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    return `Port ${port} is taken. Stop what uses it, or choose another with --port N (--port 0: any free one).`;
  }
  return cause instanceof Error ? cause.message : String(cause);
}

/** Boots the cloud with the template and the bundles that would be deployed. */
async function bootDeployed(options: Pick<Options, 'port' | 'data' | 'loopback_callbacks'>) {
  return bootCloud({
    assemblyDir: await assemblyDir({
      onSynth: () => sayProgress('Synthesizing the template and bundles'),
    }),
    dataDir: options.data,
    port: options.port,
    parameters: {
      ...EMBEDDED_PARAMETERS,
      CallbackAllowLoopback: String(options.loopback_callbacks),
    },
    onProgress: sayProgress,
  });
}

async function start({ port, data, json, loopback_callbacks }: Options): Promise<number> {
  const stopping = untilStopped();
  const asked = new Promise<undefined>((resolve) => {
    stopping.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const booting = bootDeployed({ port, data, loopback_callbacks });
  const cloud = await Promise.race([booting, asked]);
  endProgress();
  if (cloud === undefined) {
    await (await booting).close();
    return 0;
  }
  const keys = await readyKeys(cloud);
  await cloud.announce({ ...keys });
  const said = json
    ? `${JSON.stringify(machineReadable(cloud, keys, data))}\n`
    : forReaders(cloud, keys, data);
  process.stdout.write(said);
  await asked;
  sayProgress('Stopping');
  await cloud.close();
  endProgress();
  return 0;
}

async function main(): Promise<number> {
  let port = 0;
  try {
    const options = readOptions();
    if (options === 'help') {
      process.stdout.write(HELP);
      return 0;
    }
    port = options.port;
    return await start(options);
  } catch (cause) {
    endProgress();
    process.stderr.write(`${colours.red(complaint(cause, port))}\n`);
    return 1;
  }
}

process.exitCode = await main();
