import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { expect, it } from 'vitest';
import { createWholeProgram } from '../../../cli/program.ts';
import { formatReference, replaceReference } from '../../../scripts/cli-reference/format.ts';

it('docs/cli.md has the commands, arguments and options as they are: npm run cli-reference writes it', async () => {
  const page = await readFile(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
  const reference = formatReference(await createWholeProgram());
  expect(page).toBe(replaceReference(page, reference));
});

it('the reference of a command has its choices, defaults, examples and sub-commands', () => {
  const command = new Command('show').description('show a thing').argument('<name>', 'its name');
  command.option('--all <a|b>', 'of <all>', 'a').addHelpText('after', '\nExit code: 0');
  command.addCommand(new Command('part').description('show a part'));
  const program = new Command('tool').addCommand(command);
  expect(formatReference(program).split('\n').slice(5)).toEqual([
    ...[
      '## tool show',
      '',
      'Show a thing.',
      '',
      '```',
      'tool show [options] [command] <name>',
      '```',
    ],
    ...['', '| argument | meaning |', '| --- | --- |', '| `name` | its name |'],
    ...['', '| option | meaning |', '| --- | --- |'],
    ...['| `--all <a\\|b>` | of &lt;all>; default: "a" |', '', '```text', 'Exit code: 0', '```'],
    ...['', '### tool show part', '', 'Show a part.', '', '```', 'tool show part [options]', '```'],
    '',
  ]);
});

it('a page without the marker is refused', () => {
  expect(() => replaceReference('# The command line', '')).toThrow('docs/cli.md has no line');
});
