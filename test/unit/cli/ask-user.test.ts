import { PassThrough } from 'node:stream';
import { afterEach, expect, it, vi } from 'vitest';
import { askUser } from '../../../cli/output/ask-user.ts';

afterEach(() => void process.removeAllListeners('SIGINT'));

/** Creates a terminal on which a user types keys when the question is shown. */
function createTerminal(keys: string, { is_terminal = true } = {}) {
  const input = Object.assign(new PassThrough(), { isTTY: is_terminal, setRawMode: vi.fn() });
  const output = Object.assign(new PassThrough(), { isTTY: is_terminal, columns: 80 });
  let shown = '';
  output.on('data', (chunk) => {
    if (shown === '') input.write(keys);
    shown += chunk;
  });
  return { terminal: { input, output } as never, readShown: () => shown };
}

it.each([
  ['y\r', true],
  ['YES\r', true],
  ['n\r', false],
  ['\r', false],
  ['yesterday\r', false],
  ['\u0004', false],
])('the keys %j are the answer %s', async (keys, answer) => {
  const { terminal, readShown } = createTerminal(keys);
  expect(await askUser('Withdraw?', terminal)).toBe(answer);
  expect(readShown()).toContain('Withdraw? [y/N] ');
});

it('Ctrl-C at a question is no, and an interrupt of the command', async () => {
  const onInterrupt = vi.fn();
  process.on('SIGINT', onInterrupt);
  const { terminal } = createTerminal('\u0003');
  expect(await askUser('Withdraw?', terminal)).toBe(false);
  expect(onInterrupt).toHaveBeenCalledOnce();
});

it('Ctrl-C at a question ends a command that does not handle interrupts', async () => {
  const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
  const { terminal } = createTerminal('\u0003');
  expect(await askUser('Undo?', terminal)).toBe(false);
  expect(exit).toHaveBeenCalledWith(130);
  exit.mockRestore();
});

it('without a terminal the answer is no, and nothing is shown', async () => {
  const { terminal, readShown } = createTerminal('y\r', { is_terminal: false });
  expect(await askUser('Withdraw?', terminal)).toBe(false);
  expect(readShown()).toBe('');
});
