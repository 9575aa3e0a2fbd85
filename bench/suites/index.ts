import type { Suite } from '../suite.ts';
import { alerts } from './alerts.ts';
import { api } from './api.ts';
import { canonical } from './canonical.ts';
import { cold_start } from './cold-start.ts';
import { consumer } from './consumer.ts';
import { end_to_end } from './end-to-end.ts';
import { insight } from './insight.ts';
import { memory } from './memory.ts';
import { privacy } from './privacy.ts';
import { publisher } from './publisher.ts';
import { quota } from './quota.ts';

/** The suites in the order in which they run and are printed. */
export const SUITES: Suite[] = [
  consumer,
  quota,
  end_to_end,
  api,
  cold_start,
  publisher,
  memory,
  privacy,
  canonical,
  insight,
  alerts,
];
