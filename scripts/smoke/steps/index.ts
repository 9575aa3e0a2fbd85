import type { Step } from '../step.ts';
import { alerts } from './alerts.ts';
import { analyze, limits } from './analyze.ts';
import { erase } from './erase.ts';
import { job } from './jobs.ts';
import { replay, sql, stats } from './lake.ts';
import { openRoutes, refusals } from './open-routes.ts';
import { eraseDryRun, exportRecord } from './privacy.ts';
import { isolation, publish } from './publish.ts';
import { redrive, setAside } from './restore.ts';
import { upload } from './uploads.ts';

/** The steps in their order. The last step withdraws what the others have published. */
export const STEPS: Step[] = [
  openRoutes,
  refusals,
  analyze,
  publish,
  isolation,
  job,
  upload,
  setAside,
  redrive,
  sql,
  stats,
  replay,
  alerts,
  exportRecord,
  eraseDryRun,
  limits,
  erase,
];
