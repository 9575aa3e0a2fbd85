import { listPaths } from './bash.ts';
import type { CommandWords } from './words.ts';

/** Formats the completion for fish. */
export function formatFish(commands: CommandWords[]): string {
  return `# Completion of aurastream for fish. Put this in ~/.config/fish/config.fish:
#   aurastream completion fish | source
function __aurastream_at
    set -l at aurastream
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
            case ${listPaths(commands).map(quoteFish).join(' ')}
                set at "$at $word"
        end
    end
    test "$at" = "$argv[1]"
end
${commands.flatMap(formatCommand).join('\n')}
`;
}

function formatCommand({ path, children, options }: CommandWords): string[] {
  const start = `complete -c aurastream -n ${quoteFish(`__aurastream_at ${quoteFish(path)}`)}`;
  return [
    ...children.map(
      ({ name, description }) => `${start} -f -a ${quoteFish(name)} -d ${quoteFish(description)}`,
    ),
    ...options.map(({ name, description, takes_value, choices }) => {
      const value = choices.length === 0 ? '-r' : `-x -a ${quoteFish(choices.join(' '))}`;
      return `${start} -l ${name}${takes_value ? ` ${value}` : ''} -d ${quoteFish(description)}`;
    }),
  ];
}

/** Source: https://fishshell.com/docs/current/language.html#quotes */
function quoteFish(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
