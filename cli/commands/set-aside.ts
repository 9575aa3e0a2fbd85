import { Command } from 'commander';
import { createSetAsideReader } from '../../aws/s3/set-aside-bucket.ts';
import type { SetAside } from '../../schemas/index.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';
import { formatTable } from '../output/table.ts';
import { setAsideReplayCommand } from './set-aside-replay.ts';

/**
 * Creates the command `aurastream set-aside`, which shows the records that could not be processed
 * and replays such records.
 */
export function setAsideCommand(): Command {
  return new Command('set-aside')
    .description('show records that could not be processed, and put them back on the stream')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(setAsideReplayCommand());
}

function listCommand(): Command {
  return new Command('list')
    .description('list all set-asides in the order of the stream')
    .option('--json', 'print an array')
    .action(async (options: { json?: boolean }, command: Command) => {
      const found: SetAside[] = [];
      for await (const set_aside of (await openReader(command)).list()) found.push(set_aside);
      if (options.json) console.log(JSON.stringify(found));
      else if (found.length === 0) console.log('There are no set-asides.');
      else
        console.log(
          formatTable(['set_aside_id', 'arrived_at', 'reason', 'issue'], found.map(toRow)),
        );
    });
}

function toRow({ set_aside_id, arrived_at, reason, issues }: SetAside) {
  const issue = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return { set_aside_id, arrived_at, reason, issue: issue.join('; ') };
}

function showCommand(): Command {
  return new Command('show')
    .description('show one set-aside, and its bytes as they were on the stream')
    .argument('<set_aside_id>')
    .option('--json', 'print one line of JSON, with the bytes as base64')
    .option('--bytes', 'print only the bytes, for a pipe')
    .action(async (id: string, options: { json?: boolean; bytes?: boolean }, command: Command) => {
      const set_aside = await (await openReader(command)).get(id);
      if (set_aside === undefined) {
        throw new Advice(`There is no set-aside ${id}.`, 'See `aurastream set-aside list`.');
      }
      const { data_base64, ...rest } = set_aside;
      const bytes = Buffer.from(data_base64, 'base64');
      if (options.bytes) process.stdout.write(bytes);
      else if (options.json) console.log(JSON.stringify(set_aside));
      else console.log(`${JSON.stringify(rest, null, 2)}\n${toPrintable(bytes)}`);
    });
}

const SHOWN_BYTES = 2_000;

/**
 * Converts at most the first 2,000 bytes to text. The function replaces control characters, because
 * a terminal would run control characters as commands.
 */
function toPrintable(bytes: Buffer): string {
  const text = bytes
    .subarray(0, SHOWN_BYTES)
    .toString('utf8')
    .replace(/\p{Cc}/gu, '·');
  const rest = bytes.length - SHOWN_BYTES;
  return rest > 0 ? `${text}\n… and ${rest} more bytes: --bytes prints them all` : text;
}

async function openReader(command: Command) {
  const { SetAsideBucketName } = await connect(command);
  return createSetAsideReader({ bucket_name: SetAsideBucketName });
}
