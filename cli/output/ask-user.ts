import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { INTERRUPTED } from '../stop.ts';

/** A terminal: what is typed, and what is shown. */
interface Terminal {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
}

/**
 * Asks a question on the terminal. Without a terminal the answer is no, and so it is after Ctrl-D and
 * Ctrl-C. A terminal that is read for an answer gives Ctrl-C as a key and not as a signal, so the
 * function passes it on to the listeners of SIGINT. Without a listener the process ends.
 */
export async function askUser(
  question: string,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<boolean> {
  if (!input.isTTY || !output.isTTY) return false;
  const terminal = createInterface({ input, output });
  const closing = new AbortController();
  terminal.once('close', () => closing.abort());
  terminal.once('SIGINT', () => {
    if (!process.emit('SIGINT')) process.exit(INTERRUPTED);
    closing.abort();
  });
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: closing.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (!closing.signal.aborted) throw error;
    output.write('\n');
    return false;
  } finally {
    terminal.close();
  }
}

/**
 * Asks for a line on the terminal. Without a terminal, and after Ctrl-D, there is none.
 *
 * @param options.is_secret shows nothing of what is typed.
 */
export async function askLine(
  question: string,
  { is_secret = false }: { is_secret?: boolean } = {},
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<string | undefined> {
  if (!input.isTTY || !output.isTTY) return undefined;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (is_secret) output.write(question);
  const terminal = createInterface({ input, output: is_secret ? silent : output, terminal: true });
  const closing = new AbortController();
  terminal.once('close', () => closing.abort());
  terminal.once('SIGINT', () => {
    if (!process.emit('SIGINT')) process.exit(INTERRUPTED);
    closing.abort();
  });
  try {
    const options = { signal: closing.signal };
    return (await terminal.question(is_secret ? '' : question, options)).trim();
  } catch (error) {
    if (!closing.signal.aborted) throw error;
    return undefined;
  } finally {
    if (is_secret) output.write('\n');
    terminal.close();
  }
}
