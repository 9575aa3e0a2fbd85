import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import type { Connector } from '../../ingest/connectors/runner/run-connector.ts';
import type { Source } from '../../ingest/connectors/source.ts';
import { ConnectorStats } from '../../ingest/connectors/stats.ts';
import {
  createPublisher,
  type Publisher,
  type PublishOutcome,
  type RecordInput,
} from '../../ingest/index.ts';
import { connect } from '../cloud.ts';
import { describeEvent } from '../connect/describe-event.ts';
import { findSource } from '../connect/find-source.ts';
import {
  addSourceOptions,
  bindSource,
  isDefaultFilter,
  readFilter,
  type SourceFlags,
} from '../connect/flags.ts';
import { LiveLine } from '../connect/live-line.ts';
import { runSource } from '../connect/run-source.ts';
import { openSentiments } from '../connect/sentiments.ts';
import { type ShowLineOptions, showLine } from '../connect/show-line.ts';
import { type ConnectorState, openState, STATE_FOLDER } from '../connect/state.ts';
import { Advice } from '../errors.ts';
import { createProgress } from '../output/progress.ts';
import { abortOnInterrupt } from '../stop.ts';
import { checkCommand, listSourcesCommand } from './connect-check.ts';
import { stateCommands } from './connect-state.ts';
import { aSlug, createNumberParser } from './options.ts';

interface ConnectOptions extends SourceFlags {
  name?: string;
  source?: string;
  tenant?: string;
  every?: number;
  once?: boolean;
  dryRun?: boolean;
  state: string;
}

/** Time for the records in flight after the connector has waited for them itself. */
const CLOSE_MS = 1_000;

/** Creates the command `aurastream connect`, which publishes the texts of a live source. */
export function connectCommand(interrupted: () => AbortSignal = abortOnInterrupt): Command {
  // Options behind a subcommand belong to the subcommand, which has some of the same names.
  const command = new Command('connect')
    .enablePositionalOptions()
    .argument('[source]', 'such as bluesky; see `connect list`');
  addSourceOptions(command)
    .option(
      '--name <name>',
      'of the connector, its mark and its ledger (default: the source)',
      aSlug,
    )
    .option(
      '--source <source>',
      'source of the records (default: the name of the connector)',
      aSlug,
    )
    .option('--tenant <tenant>', 'tenant of the records', aSlug)
    .option('--every <seconds>', 'time between two polls', createNumberParser(1, 86_400))
    .option('--once', 'of a source that is polled: end after one round')
    .option('--dry-run', 'print the records as lines of JSON, and publish and remember nothing')
    .option('--state <folder>', 'folder of marks and ledgers', STATE_FOLDER)
    .addHelpText(
      'after',
      `
Ctrl-C saves the mark; the next start goes on behind it. Deletions and edits at the source are followed.
A source that needs a secret reads it from the environment: SOURCE_SECRET, or SOURCE_SECRET_FILE with the path of a file.

Examples:
  $ aurastream connect bluesky --words kettle,teapot --languages en,de
  $ aurastream connect check bluesky`,
    )
    .action(async (name: string | undefined, options: ConnectOptions, self: Command) => {
      if (name === undefined) {
        throw new Advice('Which source?', 'See `aurastream connect list`.');
      }
      const source = await findSource(name);
      await (options.dryRun ? printRecords : publishRecords)(source, options, self, interrupted());
    });
  for (const child of [listSourcesCommand(), checkCommand(), ...stateCommands()])
    command.addCommand(child);
  return command;
}

async function publishRecords(
  source: Source,
  options: ConnectOptions,
  command: Command,
  signal: AbortSignal,
): Promise<void> {
  const connector = toConnector(source, options);
  const stack = await connect(command);
  const publisher = createPublisher({
    stream: createKinesisStream({ stream_name: stack.StreamName }),
    max_attempts: Number.POSITIVE_INFINITY,
  });
  const readSentiments = await openSentiments(command, connector.record_source);
  try {
    await showConnector({
      ...{ source, connector, options, signal, readSentiments, state: openState(options.state) },
      publish: (record) => publisher.publish(record),
    });
  } finally {
    await endPublisher(publisher);
  }
}

/** While the stream takes nothing, a publisher without a limit of attempts would keep the process alive. */
async function endPublisher(publisher: Publisher): Promise<void> {
  const exit = setTimeout(() => process.exit(), CLOSE_MS);
  await publisher.close();
  clearTimeout(exit);
}

/** Prints the records instead of publishing them, and remembers nothing. */
async function printRecords(
  source: Source,
  options: ConnectOptions,
  _command: Command,
  signal: AbortSignal,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'aurastream-connect-'));
  try {
    await showConnector({
      ...{ source, connector: toConnector(source, options), options, signal },
      state: openState(folder),
      publish: printRecord,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function printRecord(record: RecordInput): Promise<PublishOutcome> {
  console.log(JSON.stringify(record));
  const { record_id = '' } = record;
  return { status: 'accepted', record_id, shard_id: '', sequence_number: '' };
}

function toConnector(source: Source, options: ConnectOptions): Connector {
  const { name = source.name, tenant, once, every = source.every_seconds ?? 300 } = options;
  return {
    ...{ name, tenant, once, record_source: options.source ?? name },
    source: bindSource(source, options),
    filter: readFilter(options, source),
    every_ms: source.mode === 'poll' ? every * 1_000 : undefined,
  };
}

interface Shown extends Pick<ShowLineOptions, 'readSentiments'> {
  source: Source;
  connector: Connector;
  options: ConnectOptions;
  state: ConnectorState;
  publish: Publisher['publish'];
  signal: AbortSignal;
}

/** Runs a connector, with its events and a live line on standard error. */
async function showConnector(shown: Shown): Promise<void> {
  const { source, connector, options, state, publish, signal, readSentiments } = shown;
  const stats = new ConnectorStats(Date.now);
  const progress = createProgress();
  const print = (text: string) => {
    progress.finish();
    process.stderr.write(`${connector.name}: ${text}\n`);
  };
  if (isDefaultFilter(options, source)) print(describeDefault(source));
  const done = new AbortController();
  const line = new LiveLine(connector.name, stats, Date.now);
  const showing = showLine({ line, progress, readSentiments, signal: done.signal });
  try {
    await runSource({
      ...{ connector, source_name: source.name, publish, state, stats, signal },
      onEvent: (event) => {
        const text = describeEvent(event);
        if (text !== undefined) print(text);
      },
    });
  } finally {
    done.abort();
    await showing;
    const { published, withdrawn, filtered } = stats.counts;
    print(`ended: ${published} published, ${withdrawn} withdrawn, ${filtered} filtered`);
  }
}

function describeDefault({ default_filter }: Source): string {
  const share = (default_filter?.sample ?? 1) * 100;
  return `no filter is given, so ${share} % of the texts are published; --sample 1 takes all`;
}
