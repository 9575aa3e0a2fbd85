import { explain } from '../errors.ts';

/** Something that the commands need, and how this machine has it. */
export interface Check {
  name: string;
  /** `skipped` if it is not needed, or could not be looked at because an earlier check failed. */
  status: 'ok' | 'failed' | 'skipped';
  found: string;
  /** Advice about a failure. */
  advice?: string;
}

/** Looks at one thing. An error becomes a failure, with its advice. */
export async function check(name: string, look: () => Promise<string>): Promise<Check> {
  try {
    return { name, status: 'ok', found: await look() };
  } catch (error) {
    const [found = '', ...advice] = explain(error)
      .replace(/^error: /, '')
      .split('\n');
    return {
      name,
      status: 'failed',
      found,
      ...(advice.length > 0 && { advice: advice.join(' ') }),
    };
  }
}

export const skip = (name: string, found: string): Check => ({ name, status: 'skipped', found });
