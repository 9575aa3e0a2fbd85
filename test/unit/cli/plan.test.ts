import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import type { Plan } from '@aurastream/cost-model';
import { expect, it } from 'vitest';
import { planCommand } from '../../../cli/commands/plan.ts';

/**
 * Runs `aurastream plan`.
 * @returns the printed text, including the error messages of commander
 */
async function runPlan(...words: string[]): Promise<string> {
  const printed: string[] = [];
  const command = planCommand()
    .exitOverride()
    .configureOutput({ writeErr: (text) => printed.push(text) });
  const log = console.log;
  console.log = (text: string) => printed.push(text);
  try {
    await command.parseAsync(words, { from: 'user' });
  } catch {
    // The error is ignored, because commander has already written the error message to `printed`.
  } finally {
    console.log = log;
  }
  return printed.join('\n');
}

const runPlanAsJson = (rate: string, length = '140', repeat = '60%') =>
  runPlan('--rate', rate, '--length', length, '--repeat', repeat, '--json');

it.each([
  ['500', 500],
  ['500/s', 500],
  ['30k/min', 500],
  ['86.4k/day', 1],
  ['3.6k/h', 1],
  ['2628k/month', 1],
  ['2.592b/day', 30_000],
  ['1M/s', 1_000_000],
  ['1e6/s', 1_000_000],
])('aurastream plan accepts the rate %s', async (rate, records_per_second) => {
  const { load } = JSON.parse(await runPlanAsJson(rate)) as { load: object };
  expect(load).toMatchObject({ records_per_second, characters: 140, repeat_share: 0.6 });
});

it('aurastream plan never rounds a share of repeated texts up to 100 %', async () => {
  const printed = await runPlan('--rate', '5', '--length', '140', '--repeat', '99.99%');
  expect(printed).toContain('99.99 % repeated texts');
});

it('aurastream plan rounds a mean length to whole characters', async () => {
  const lengthOf = async (length: string) =>
    JSON.parse(await runPlanAsJson('5', length)).load.characters;
  expect([await lengthOf('140.4'), await lengthOf('140.5')]).toEqual([140, 141]);
});

it.each([
  ['rate', ['fast'], '500/s, 30k/min or 2M/day'],
  ['rate', ['2M/s'], 'up to 1M/s'],
  ['length', ['5', '0'], 'Write a number from 1'],
  ['repeat', ['5', '1', '2'], 'Write a share from 0 to 1'],
  ['repeat', ['5', '1', ''], 'Write a share from 0 to 1'],
  ['repeat', ['5', '1', '60'], '60% is 0.6'],
])('aurastream plan explains how to write --%s when it is %j', async (option, values, advice) => {
  const [rate = '', ...others] = values;
  const printed = await runPlanAsJson(rate, ...others);
  expect(printed).toContain(`--${option}`);
  expect(printed).toContain(advice);
});

it('aurastream plan names all missing options in one error, with an example', async () => {
  const command = planCommand().parseAsync(['--rate', '5'], { from: 'user' });
  await expect(command).rejects.toThrow(/--length, --repeat\n.*aurastream plan --rate/);
});

it('aurastream plan refuses a text that is larger than a record and names the options to lower', async () => {
  const words = [
    '--rate',
    '5',
    '--length',
    '1000000',
    '--repeat',
    '0',
    '--bytes-per-character',
    '3',
  ];
  const command = planCommand().parseAsync(words, { from: 'user' });
  await expect(command).rejects.toThrow(/1,048,576.*\n.*--length or --bytes-per-character/);
});

it.each(['README.md', 'docs/performance.md'])(
  'aurastream plan prints what %s shows',
  async (page) => {
    const printed = await runPlan('--rate', '2000/s', '--length', '140', '--repeat', '60%');
    const plain = stripVTControlCharacters(printed);
    expect(readFileSync(page, 'utf8')).toContain(`\`\`\`\n${plain}\n\`\`\``);
  },
);

it('aurastream plan prints the load, the quotas to raise, the sources and the costs', async () => {
  const printed = await runPlan('--rate', '1M/s', '--length', '140', '--repeat', '0.6');
  for (const words of [
    '1,000,000 records/s',
    'at least 125 sources',
    'quota to raise',
    'request',
    'USD per month',
    'total',
  ]) {
    expect(printed).toContain(words);
  }
});

it('aurastream plan prints what cannot work, why and what would, below the line of its part', async () => {
  const printed = await runPlan('--rate', '20k/s', '--length', '140', '--repeat', '0.6');
  const lines = stripVTControlCharacters(printed).split('\n');
  const at = lines.findIndex((line) => line.startsWith('consumer '));
  expect(lines[at + 1]).toMatch(/^ {14}not feasible: a batch of 2,000 records takes 130 s/);
  expect(lines[at + 2]).toMatch(/^ {14}instead: batches of [\d,]+ records/);
  expect(lines.every((line) => line === '' || /^\S| {14}\S/.test(line))).toBe(true);
});

it('aurastream plan prints each finding and each proposal of its JSON, at every rate', async () => {
  for (const rate of ['1/s', '4k/s', '100k/s', '1M/s']) {
    const words = ['--rate', rate, '--length', '140', '--repeat', '0.6', '--region', 'eu-north-1'];
    const sync = ['--sync', '1000/s', '--burst', '9000'];
    const plan = JSON.parse(await runPlan(...words, ...sync, '--json')) as Plan;
    const printed = await runPlan(...words, ...sync);
    expect(plan.findings.length).toBeGreaterThan(3);
    for (const { why, instead } of plan.findings) {
      expect(printed).toContain(`not feasible: ${why}`);
      expect(printed).toContain(`instead: ${instead}`);
    }
    for (const { what } of plan.proposals) expect(printed).toContain(`proposed: ${what}`);
  }
});

it('aurastream plan prints the size, the availability and the price of the synchronous API', async () => {
  const words = ['--rate', '100/s', '--length', '140', '--repeat', '0.6', '--sync', '1000/s'];
  const printed = await runPlan(...words, '--burst', '5000');
  expect(printed).toContain(
    '1,000 requests/s, 5,000 in a burst: 100 execution environments, 500 in a burst',
  );
  expect(printed).toMatch(/99\.95 % × Lambda 99\.95 % = 99\.900 %.*99\.860 %, 61\.3 min a month/);
  expect(printed).toMatch(/gateway +6,907\.74/);
  const command = planCommand().parseAsync([...words.slice(0, 6), '--burst', '5'], {
    from: 'user',
  });
  await expect(command).rejects.toThrow('--burst needs --sync');
});
