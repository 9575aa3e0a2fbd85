import { expect, it, vi } from 'vitest';
import { COMMANDS } from '../../../cli/commands.ts';
import { Advice, chooseExitCode } from '../../../cli/errors.ts';
import { createProgram, createWholeProgram } from '../../../cli/program.ts';
import manifest from '../../../package.json' with { type: 'json' };

it('each command of the overview has the name and the description that the overview gives', async () => {
  const { commands } = await createWholeProgram();
  expect(commands.map((command) => [command.name(), command.description()])).toEqual(
    COMMANDS.map(({ name, description }) => [name, description]),
  );
});

it.each([
  ['a command', ['plan', '--rate', '1/s']],
  ['the value of an option before the command', ['--stack', 'ingest', 'plan']],
  ['the help of a command', ['help', 'plan']],
])('%s loads the command that runs, and no other', async (_, words) => {
  const { commands } = await createProgram(words);
  const loaded = commands.filter(({ options }) => options.length > 0);
  expect(loaded.map((command) => command.name())).toEqual(['plan']);
});

it('the overview loads no command, and lists them all', async () => {
  const program = await createProgram([]);
  expect(program.commands.every(({ options }) => options.length === 0)).toBe(true);
  const help = program.helpInformation();
  for (const { name } of COMMANDS) expect(help).toContain(`\n  ${name} `);
  expect(program.version()).toBe(manifest.version);
});

it.each([
  [['plan', '--nonsense'], 64],
  [['plan', '--rate'], 64],
  [['nonsense'], 64],
  [['keys'], 64],
  [['--stack'], 64],
  [['plan', '--help'], 0],
  [['help', 'plan'], 0],
  [['--version'], 0],
])('aurastream %j exits with %i', async (words, code) => {
  const streams = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
  for (const stream of streams) stream.mockImplementation(() => true);
  const parse = async () => (await createProgram(words)).parseAsync(words, { from: 'user' });
  const error = await parse().catch((cause: unknown) => cause);
  vi.restoreAllMocks();
  expect(error).toBeInstanceOf(Error);
  expect(chooseExitCode(error)).toBe(code);
});

it('a command that fails exits with 1', () => {
  expect(chooseExitCode(new Advice('There is no key.', 'Make one.'))).toBe(1);
});
