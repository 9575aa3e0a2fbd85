import type { EventEmitter } from 'node:events';
import type { Command } from 'commander';

/** The reference is what follows this line. */
const MARKER = '<!-- `npm run cli-reference` writes everything below from the commands. -->';

/** Replaces the reference in the page of the command line. */
export function replaceReference(page: string, reference: string): string {
  const end = page.indexOf(MARKER);
  if (end === -1) throw new Error(`docs/cli.md has no line ${MARKER}`);
  return `${page.slice(0, end)}${MARKER}\n\n${reference}`;
}

/** Formats the commands of a program as Markdown, each with its arguments, options and examples. */
export function formatReference(program: Command): string {
  const own = ['## Options of every command', '', ...formatOptions(program)];
  return `${[...own, ...program.commands.flatMap((one) => formatCommand(one, program.name(), 2))].join('\n')}\n`;
}

function formatCommand(command: Command, parent: string, level: number): string[] {
  const path = `${parent} ${command.name()}`;
  const usage = `${path} ${command.usage()}`.replace(/ \[command\]$/, ' COMMAND');
  const help = readHelp(command);
  return [
    ...['', `${'#'.repeat(level)} ${path}`, '', toSentence(command.description()), ''],
    ...['```', usage, '```'],
    ...formatArguments(command),
    ...(command.options.length === 0 ? [] : ['', ...formatOptions(command)]),
    ...(help === '' ? [] : ['', '```text', help, '```']),
    ...command.commands.flatMap((child) => formatCommand(child, path, level + 1)),
  ];
}

function toSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function formatArguments({ registeredArguments }: Command): string[] {
  const described = registeredArguments.filter(
    ({ description, argChoices }) => description !== '' || argChoices !== undefined,
  );
  if (described.length === 0) return [];
  const rows = described.map((one) => {
    const more = [...listChoices(one.argChoices), ...showDefault(one)];
    return `| \`${one.name()}\` | ${escapeCell(describe(one.description, more))} |`;
  });
  return ['', '| argument | meaning |', '| --- | --- |', ...rows];
}

function formatOptions({ options }: Command): string[] {
  const rows = options.map((option) => {
    const more = [
      ...(option.mandatory ? ['required'] : []),
      ...listChoices(option.argChoices),
      ...showDefault(option),
    ];
    return `| \`${option.flags.replaceAll('|', '\\|')}\` | ${escapeCell(describe(option.description, more))} |`;
  });
  return ['| option | meaning |', '| --- | --- |', ...rows];
}

interface WithDefault {
  defaultValue?: unknown;
  defaultValueDescription?: string | undefined;
}

function showDefault({ defaultValue: value, defaultValueDescription: text }: WithDefault) {
  const is_empty =
    value === undefined || value === false || (Array.isArray(value) && value.length === 0);
  return is_empty ? [] : [`default: ${text ?? JSON.stringify(value)}`];
}

const listChoices = (choices: readonly string[] | undefined): string[] =>
  choices === undefined ? [] : [`one of ${choices.join(', ')}`];

function describe(description: string, more: string[]): string {
  return [...(description === '' ? [] : [description]), ...more].join('; ');
}

const escapeCell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

/** Returns the text that a command adds below its help: explanations, exit codes and examples. */
function readHelp(command: Command): string {
  let added = '';
  // Commander emits the event when it prints the help; its types leave the emitter out.
  const emitter = command as unknown as EventEmitter;
  emitter.emit('afterHelp', { error: false, command, write: (text: string) => (added += text) });
  return added.trim();
}
