import type { Suite } from '../suite.ts';
import { consumer } from './consumer.ts';

/** In the order in which they run and are printed. */
export const SUITES: Suite[] = [consumer];
