import { Command } from 'commander';
import type { ConnectorState } from '../../ingest/connectors/ports.ts';
import { openState, STATE_FOLDER } from '../connect/state.ts';
import { Advice } from '../errors.ts';
import { type OutputOptions, printAnswer } from '../output/print.ts';

interface StateOptions extends OutputOptions {
  state: string;
}

/** Creates the commands that show and change the marks of connectors. */
export function stateCommands(): Command[] {
  return [statusCommand(), pauseCommand(), resumeCommand(), rewindCommand()];
}

function createStateCommand(name: string): Command {
  return new Command(name).option('--state <folder>', 'folder of marks and ledgers', STATE_FOLDER);
}

function statusCommand(): Command {
  return createStateCommand('status')
    .description('show the connectors of this machine, their marks and who runs them')
    .option('--json', 'print them as JSON')
    .action(async (options: StateOptions) => {
      const now = Date.now();
      const states = await openState(options.state).checkpoints.list();
      printAnswer(options, states, () =>
        states.length === 0
          ? 'No connector has run here.'
          : states.map((state) => describeState(state, now)).join('\n'),
      );
    });
}

function describeState(state: ConnectorState, now: number): string {
  const { connector, owner, until = 0, is_paused, at, saved_at } = state;
  const runs = owner !== undefined && until > now;
  const ago = (time: number) => `${Math.max(0, Math.round((now - time) / 1_000))} s ago`;
  return [
    `${connector}: ${is_paused ? 'paused' : runs ? 'running' : 'stopped'}`,
    ...(saved_at === undefined ? ['no mark'] : [`mark saved ${ago(saved_at)}`]),
    ...(at === undefined ? [] : [`of an event ${ago(at)}`]),
  ].join(', ');
}

function pauseCommand(): Command {
  return createStateCommand('pause')
    .description('let a connector save its mark and stop reading, until resume')
    .argument('<name>', 'of the connector')
    .action((name: string, { state }: StateOptions) => setPaused(name, state, true));
}

function resumeCommand(): Command {
  return createStateCommand('resume')
    .description('let a paused connector go on behind its mark')
    .argument('<name>', 'of the connector')
    .action((name: string, { state }: StateOptions) => setPaused(name, state, false));
}

async function setPaused(name: string, folder: string, is_paused: boolean): Promise<void> {
  const { checkpoints } = openState(folder);
  await requireConnector(name, folder);
  await checkpoints.setPaused(name, is_paused);
  console.log(`${name} ${is_paused ? 'stops within seconds' : 'goes on within seconds'}.`);
}

function rewindCommand(): Command {
  return createStateCommand('rewind')
    .description('replace the mark of a stopped connector, so that it reads again from there')
    .argument('<name>', 'of the connector')
    .option('--to <cursor>', 'the mark, as JSON of `status --json` (default: none, a fresh start)')
    .action(async (name: string, { state, to }: StateOptions & { to?: string }) => {
      await requireConnector(name, state);
      const cursor = to === undefined ? undefined : parseCursor(to);
      if (await openState(state).checkpoints.rewind(name, cursor)) {
        console.log(`${name} starts ${to === undefined ? 'anew' : 'at the given mark'}.`);
        return;
      }
      throw new Advice(`${name} is running.`, 'Stop its process first.');
    });
}

function parseCursor(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new Advice('--to is not JSON.', 'Copy `cursor` from `connect status --json`.', { cause });
  }
}

/** @throws {Advice} if no connector of this name has run. */
async function requireConnector(name: string, folder: string): Promise<void> {
  if ((await openState(folder).checkpoints.read(name)) !== undefined) return;
  throw new Advice(`There is no connector ${name}.`, 'See `aurastream connect status`.');
}
