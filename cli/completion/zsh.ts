import { listPaths } from './bash.ts';
import { type CommandWords, quote } from './words.ts';

/** Formats the completion for zsh. */
export function formatZsh(commands: CommandWords[]): string {
  return `#compdef aurastream
# Completion of aurastream for zsh. Put this in ~/.zshrc, after compinit:
#   source <(aurastream completion zsh)
_aurastream() {
  local at=aurastream word
  local -a names options
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in
      (${listPaths(commands).map(quote).join('|')}) at="$at $word" ;;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${commands.flatMap(formatValues).join('\n')}
  esac
  case "$at" in
${commands.map(formatWords).join('\n')}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then
    _describe option options
  elif (( \${#names} )); then
    _describe command names
  else
    _files
  fi
}
compdef _aurastream aurastream
`;
}

function formatValues({ path, options }: CommandWords): string[] {
  return options
    .filter(({ takes_value }) => takes_value)
    .map(({ name, choices }) => {
      const work = choices.length === 0 ? '_files' : `compadd -- ${choices.map(quote).join(' ')}`;
      return `    (${quote(`${path} --${name}`)}) ${work}; return ;;`;
    });
}

function formatWords({ path, children, options }: CommandWords): string {
  const names = children.map(({ name, description }) => describe(name, description));
  const flags = options.map(({ name, description }) => describe(`--${name}`, description));
  return `    (${quote(path)}) names=(${names.join(' ')}) options=(${flags.join(' ')}) ;;`;
}

/** A colon ends the name of an entry. */
const describe = (name: string, description: string) =>
  quote(`${name}:${description.replaceAll(':', '\\:')}`);
