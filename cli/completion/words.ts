import type { Command } from 'commander';

/** An option as the shell completes it. */
interface OptionWords {
  /** The long form, without dashes. */
  name: string;
  description: string;
  takes_value: boolean;
  choices: readonly string[];
}

/** A command or a part of one, with what can follow it. */
export interface CommandWords {
  /** The words up to here, such as `aurastream keys list`. */
  path: string;
  /** The commands, and the values of arguments with choices. */
  children: { name: string; description: string }[];
  options: OptionWords[];
}

/** Lists the commands of a program, each with its own options and those of the program. */
export function listCommandWords(program: Command): CommandWords[] {
  const shared = program.options.map(readOption).filter(({ name }) => name !== 'version');
  const list = (command: Command, path: string): CommandWords[] => [
    {
      path,
      children: [
        ...command.commands.map((child) => ({
          name: child.name(),
          description: child.description(),
        })),
        ...command.registeredArguments.flatMap(({ argChoices = [], description }) =>
          argChoices.map((name) => ({ name, description })),
        ),
      ],
      options: [
        ...command.options.map(readOption),
        ...(command === program ? [] : shared),
        { name: 'help', description: 'show the help', takes_value: false, choices: [] },
      ],
    },
    ...command.commands.flatMap((child) => list(child, `${path} ${child.name()}`)),
  ];
  return list(program, program.name());
}

function readOption({ long, description, required, optional, argChoices }: Command['options'][0]) {
  return {
    name: long?.replace(/^--/, '') ?? '',
    description,
    takes_value: required || optional,
    choices: argChoices ?? [],
  };
}

/** Quotes a text for bash and zsh. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
