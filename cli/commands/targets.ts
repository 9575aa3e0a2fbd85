import { Command } from 'commander';
import { Advice } from '../errors.ts';
import { type OutputOptions, printAnswer } from '../output/print.ts';
import { formatTable } from '../output/table.ts';
import { listKeyedTargets, readTargets, removeTarget } from '../targets/store.ts';

/** Creates the command `aurastream targets`, which manages the targets that `login` has stored. */
export function targetsCommand(): Command {
  return new Command('targets')
    .addCommand(
      new Command('list')
        .description('list the targets, without their keys')
        .option('--json', 'print an array')
        .action(listTargets),
    )
    .addCommand(
      new Command('remove')
        .description('remove a target and its key from this machine')
        .argument('<name>')
        .option('--json', 'print one line of JSON')
        .action(async (name: string, options: OutputOptions) => {
          if (!(await removeTarget(name))) {
            throw new Advice(`There is no target ${name}.`, 'See `aurastream targets list`.');
          }
          printAnswer(options, { removed: name }, () => `Removed ${name}, and its key.`);
        }),
    );
}

async function listTargets(options: OutputOptions): Promise<void> {
  const keyed = await listKeyedTargets();
  const targets = Object.entries(await readTargets())
    .map(([name, target]) => ({ name, ...target, has_key: keyed.has(name) }))
    .sort((a, b) => a.name.localeCompare(b.name));
  printAnswer(options, targets, () =>
    targets.length === 0
      ? 'There are no targets. Make one with `aurastream login NAME`.'
      : formatTable(
          ['name', 'api_url', 'endpoint', 'region', 'profile', 'stack', 'has_key'],
          targets,
        ),
  );
}
