#!/usr/bin/env node
import { existsSync } from 'node:fs';

// Turns off the AWS SDK's warnings about old Node versions, because the SDK would print the
// warnings between the messages of this command.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

if (existsSync(new URL('main.ts', import.meta.url))) {
  // In a clone of the repository, the command runs the TypeScript sources, because no build exists.
  const { register } = await import('tsx/esm/api');
  register();
  await import('./main.ts');
} else {
  await import('../dist/cli/main.js');
}
