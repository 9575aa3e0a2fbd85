import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { planCommand } from '../../../cli/commands/plan.ts';

/** What the command prints, or the first line of its error. */
async function planned(...words: string[]): Promise<string> {
  const printed: string[] = [];
  const command = planCommand()
    .exitOverride()
    .configureOutput({ writeErr: (text) => printed.push(text) });
  const log = console.log;
  console.log = (text: string) => printed.push(text);
  try {
    await command.parseAsync(words, { from: 'user' });
  } catch {
    // Commander has said it.
  } finally {
    console.log = log;
  }
  return printed.join('\n');
}

const ask = (rate: string, length = '140', repeat = '60%') =>
  planned('--rate', rate, '--length', length, '--repeat', repeat, '--json');

describe('aurastream plan', () => {
  it.each([
    ['500', 500],
    ['500/s', 500],
    ['30k/min', 500],
    ['86.4k/day', 1],
    ['1M/s', 1_000_000],
    ['1e6/s', 1_000_000],
  ])('takes a rate of %s', async (rate, records_per_second) => {
    const { load } = JSON.parse(await ask(rate)) as { load: object };
    expect(load).toMatchObject({ records_per_second, characters: 140, repeat_share: 0.6 });
  });

  it.each([
    ['rate', ['fast'], 'Write 500/s, 30k/min or 2M/day'],
    ['rate', ['2M/s'], 'up to 1M/s'],
    ['length', ['5', '0'], 'Write a number from 1'],
    ['repeat', ['5', '1', '2'], 'Write a share from 0 to 1'],
    ['repeat', ['5', '1', ''], 'Write a share from 0 to 1'],
    ['repeat', ['5', '1', '60'], '60% is 0.6'],
  ])('says of a wrong --%s what to write', async (option, values, advice) => {
    const said = await ask(values[0]!, ...values.slice(1));
    expect(said).toContain(`--${option}`);
    expect(said).toContain(advice);
  });

  it('says all that is missing at once, and how it is written', async () => {
    const command = planCommand().parseAsync(['--rate', '5'], { from: 'user' });
    await expect(command).rejects.toThrow(/--length, --repeat\n.*aurastream plan --rate/);
  });

  it.each(['README.md', 'docs/performance.md'])('prints what %s shows', async (page) => {
    const printed = await planned('--rate', '2000/s', '--length', '140', '--repeat', '60%');
    const shown = stripVTControlCharacters(printed);
    expect(readFileSync(page, 'utf8')).toContain(`\`\`\`\n${shown}\n\`\`\``);
  });

  it('prints a page for people', async () => {
    const page = await planned('--rate', '1M/s', '--length', '140', '--repeat', '0.6');
    for (const word of [
      '1,000,000 records/s',
      'quota to raise',
      'ask for',
      'USD a month',
      'total',
    ]) {
      expect(page).toContain(word);
    }
  });
});
