#!/usr/bin/env node
import { existsSync } from 'node:fs';

// The SDK would print warnings about old Node versions between the messages of this command.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

if (existsSync(new URL('main.ts', import.meta.url))) {
  // A clone of the repository runs its sources, so that it needs no build.
  const { register } = await import('tsx/esm/api');
  register();
  await import('./main.ts');
} else {
  await import('../dist/cli/main.js');
}
