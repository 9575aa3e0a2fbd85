#!/usr/bin/env node
// The sources are TypeScript and run as they are: there is no build to forget.
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');
