import { Command } from 'commander';
import { expect, it } from 'vitest';
import { type OutputOptions, printAnswer } from '../../../cli/output/print.ts';
import { runCommand } from '../../support/cli.ts';

const ROWS = [
  { source: 'tour', scores: { negative: 0.25 }, pii: ['EMAIL'] },
  { source: 'a, "b"\n', text: '=1+1' },
];

/** Runs a command that prints this answer, in the format that the words choose. */
async function print(answer: object, ...words: string[]) {
  const command = new Command('show')
    .option('--json')
    .action((options: OutputOptions) => printAnswer(options, answer, () => 'for people'));
  return runCommand(command, ...words);
}

it('an answer is text for people, unless an option chooses another format', async () => {
  expect((await print(ROWS)).stdout).toBe('for people');
  expect((await print(ROWS, '--output', 'table')).stdout).toBe('for people');
});

it('--json and --output json print one line, and --output ndjson one line for each row', async () => {
  const line = JSON.stringify(ROWS);
  expect((await print(ROWS, '--json')).stdout).toBe(line);
  expect((await print(ROWS, '--output', 'json')).stdout).toBe(line);
  const lines = ROWS.map((row) => JSON.stringify(row)).join('\n');
  expect((await print(ROWS, '--output', 'ndjson')).stdout).toBe(lines);
  expect((await print({ a: 1 }, '--output', 'ndjson')).stdout).toBe('{"a":1}');
});

it('--output csv has a column for each field that occurs, and protects cells as all our CSV', async () => {
  expect((await print(ROWS, '--output', 'csv')).stdout).toBe(
    ['source,scores.negative,pii,text', 'tour,0.25,"[""EMAIL""]",', '"a, ""b""\n",,,\'=1+1'].join(
      '\r\n',
    ),
  );
});

it('an unknown format is refused with the known ones, and so are two formats at once', async () => {
  const { error } = await print(ROWS, '--output', 'yaml');
  expect(error?.message).toContain('Allowed choices are table, json, ndjson, csv.');
  const both = await print(ROWS, '--json', '--output', 'csv');
  expect(both.error?.message).toMatch(/^--json and --output csv choose different formats\.\n/);
});
