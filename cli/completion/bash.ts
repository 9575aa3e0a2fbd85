import { type CommandWords, quote } from './words.ts';

/** Formats the completion for bash. */
export function formatBash(commands: CommandWords[]): string {
  return `# Completion of aurastream for bash. Put this in ~/.bashrc:
#   source <(aurastream completion bash)
_aurastream() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local at=aurastream names='' options='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in
      ${listPaths(commands).map(quote).join(' | ')}) at="$at $word" ;;
    esac
  done
  case "$at $previous" in
${commands.flatMap(formatValues).join('\n')}
  esac
  case "$at" in
${commands.map(formatWords).join('\n')}
  esac
  if [[ $current == -* ]]; then names=$options; fi
  COMPREPLY=($(compgen -W "$names" -- "$current"))
}
complete -o default -F _aurastream aurastream
`;
}

/** Returns the paths of all commands but the program itself. */
export function listPaths(commands: CommandWords[]): string[] {
  return commands.slice(1).map(({ path }) => path);
}

function formatValues({ path, options }: CommandWords): string[] {
  return options
    .filter(({ takes_value }) => takes_value)
    .map(({ name, choices }) => {
      const words =
        choices.length === 0 ? '' : `$(compgen -W ${quote(choices.join(' '))} -- "$current")`;
      return `    ${quote(`${path} --${name}`)}) COMPREPLY=(${words}); return ;;`;
    });
}

function formatWords({ path, children, options }: CommandWords): string {
  const names = quote(children.map(({ name }) => name).join(' '));
  return `    ${quote(path)}) names=${names} options=${quote(options.map(({ name }) => `--${name}`).join(' '))} ;;`;
}
