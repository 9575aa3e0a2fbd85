import type { Suite } from '../suite.ts';

/** In the order in which they run and are printed. */
export const SUITES: Suite[] = [];
