import { inject } from 'vitest';
import { type Ended, run } from './process.ts';

/**
 * Runs `aurastream` with the given arguments and waits until the command exits. While coverage is
 * measured, the sources run, because the coverage of a bundled command cannot be mapped to them.
 */
export function aurastream(
  args: string[],
  options: { env?: NodeJS.ProcessEnv; input?: string | Buffer } = {},
): Promise<Ended> {
  const is_measured = process.env.NODE_V8_COVERAGE !== undefined;
  const command = is_measured ? 'cli/aurastream.mjs' : inject('command');
  // Without the variable, the SDK would print its warning about old versions of Node.js.
  const env = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...options.env };
  return run(['node', command, ...args], { ...options, env });
}
