import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { completionCommand } from '../../cli/commands/completion.ts';
import { createWholeProgram } from '../../cli/program.ts';
import { runCommand } from '../support/cli.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-completion-'));
  for (const shell of ['bash', 'zsh', 'fish']) {
    await writeFile(join(folder, shell), await print(shell));
  }
});
afterAll(() => rm(folder, { recursive: true }));

async function print(shell: string): Promise<string> {
  const { written } = await runCommand(completionCommand(createWholeProgram), shell);
  return written.toString();
}

const run = (shell: string, ...words: string[]) => spawnSync(shell, words, { encoding: 'utf8' });
const isInstalled = (shell: string) => run(shell, '-c', 'exit 0').status === 0;

it.each([
  ['aurastream inge', ['ingest']],
  ['aurastream set', ['set-aside']],
  ['aurastream keys ', ['create', 'list', 'rotate', 'allow-tokens', 'revoke', 'secret']],
  ['aurastream keys cre', ['create']],
  ['aurastream --stack keys keys re', ['revoke']],
  ['aurastream stats --by s', ['sentiment', 'source']],
  ['aurastream stats --b', ['--by']],
  ['aurastream job list --out', ['--output']],
  ['aurastream job list --output nd', ['ndjson']],
  ['aurastream job list --tar', ['--target']],
  ['aurastream ingest ', []],
  ['aurastream ingest --source ', []],
  ['aurastream completion ', ['bash', 'zsh', 'fish']],
])('bash completes "%s" to %j', (line, expected) => {
  if (!isInstalled('bash')) return;
  const words = line.split(' ');
  const script = [
    `source ${join(folder, 'bash')}`,
    `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})`,
    `COMP_CWORD=${words.length - 1}`,
    '_aurastream',
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ];
  const { status, stdout, stderr } = run('bash', '-c', script.join('\n'));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.split('\n').filter((word) => word !== '')).toEqual(expected);
});

it.each(['bash', 'zsh', 'fish'])(
  '%s reads its script without an error, where it is installed',
  (shell) => {
    if (!isInstalled(shell)) return;
    expect(run(shell, '-n', join(folder, shell))).toMatchObject({ status: 0, stderr: '' });
  },
);

it('the scripts for zsh and fish have each command with its description', async () => {
  const { commands } = await createWholeProgram();
  const [zsh, fish] = [await print('zsh'), await print('fish')];
  for (const command of commands) {
    const name = command.name();
    expect(zsh).toContain(`'${name}:${command.description().replaceAll(':', '\\:')}'`);
    expect(fish).toContain(`-f -a '${name}' -d '${command.description()}'`);
  }
  expect(zsh).toContain("('aurastream stats --by') compadd -- 'sentiment' 'source' 'language'");
  expect(fish).toContain("-l by -x -a 'sentiment source language");
});
