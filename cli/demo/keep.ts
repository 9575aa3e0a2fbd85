import { once } from 'node:events';
import type { Cloud } from '@aurastream/embedded-cloud';
import { colours } from '../output/colours.ts';
import { rememberCloud } from '../running-cloud.ts';
import { prepareKeys } from '../start/keys.ts';
import { formatDashboardAddress } from '../start/messages.ts';

export interface KeepOptions {
  cloud: Cloud;
  data_dir: string;
  /** Ends the wait. */
  stopping: AbortSignal;
  json: boolean;
}

/**
 * Prints the address of the dashboard of a cloud, with a key that may only read, and waits for Ctrl-C.
 * Until then `aurastream` finds the cloud from any folder.
 */
export async function keepCloud(options: KeepOptions): Promise<void> {
  const { cloud, data_dir, stopping, json } = options;
  const keys = await prepareKeys(cloud);
  await cloud.announce({ ...keys });
  // A home folder that cannot be written must not stop the demo.
  await rememberCloud(data_dir).catch(() => undefined);
  const dashboard = formatDashboardAddress(cloud, keys);
  const text = `\n${colours.bold('Dashboard')}\n  ${dashboard}\n  ${colours.dim('Ctrl-C stops the cloud and deletes its data.')}`;
  process.stdout.write(`${json ? JSON.stringify({ dashboard }) : text}\n`);
  if (!stopping.aborted) await once(stopping, 'abort');
}
