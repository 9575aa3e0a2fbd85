#!/usr/bin/env node
// The sources are TypeScript and run as they are: there is no build to forget.
import { register } from 'tsx/esm/api';

// The SDK's advice to upgrade Node is for those who choose it, not for those who read an answer.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
register();
await import('./main.ts');
