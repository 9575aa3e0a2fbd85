import { vi } from 'vitest';

// A unit test must not start esbuild. The factory runs only in the test files that import the module.
vi.mock('../../infra/bundling.ts', () => import('./no-bundles.ts'));
