import type { Figure } from './figures.ts';

/** How a run goes. */
export interface Run {
  /** Few repetitions and small loads: all suites together in under two minutes. */
  quick: boolean;
  /** Says what is being measured, for people who wait. */
  say: (what: string) => void;
  /** Ctrl-C: look at it between measurements, and leave nothing running. */
  signal: AbortSignal;
  /** Where CPU profiles of the consumer and of what is beside it go. */
  profile?: string | undefined;
}

/** One part of `npm run bench`, that can be run alone: `--only NAME`. */
export interface Suite {
  name: string;
  /** What it measures, as one line. */
  title: string;
  measure(run: Run): Promise<Figure[]>;
}
