import { Argument, Command } from 'commander';
import { formatBash } from '../completion/bash.ts';
import { formatFish } from '../completion/fish.ts';
import { type CommandWords, listCommandWords } from '../completion/words.ts';
import { formatZsh } from '../completion/zsh.ts';

const FORMATTERS: Record<string, (commands: CommandWords[]) => string> = {
  bash: formatBash,
  zsh: formatZsh,
  fish: formatFish,
};

/**
 * Creates the command `aurastream completion`, which prints a script that completes words.
 *
 * @param loadProgram creates the program with the options of all commands.
 */
export function completionCommand(loadProgram: () => Promise<Command>): Command {
  return new Command('completion')
    .addArgument(new Argument('<shell>').choices(Object.keys(FORMATTERS)))
    .addHelpText(
      'after',
      `
bash: put  source <(aurastream completion bash)      in ~/.bashrc
zsh:  put  source <(aurastream completion zsh)       in ~/.zshrc, after compinit
fish: put  aurastream completion fish | source       in ~/.config/fish/config.fish`,
    )
    .action(async (shell: string) => {
      const format = FORMATTERS[shell] ?? formatBash;
      process.stdout.write(format(listCommandWords(await loadProgram())));
    });
}
