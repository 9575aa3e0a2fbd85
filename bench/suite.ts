import type { Figure } from './figures.ts';

/** Settings of a run. */
export interface Run {
  /** Few repetitions and small loads: all suites together in under two minutes. */
  quick: boolean;
  /** Shows the current step on the terminal. */
  reportStep: (step: string) => void;
  /** Aborts on Ctrl-C. Suites check it between measurements and leave no process running. */
  signal: AbortSignal;
  /** The folder for CPU profiles of the consumer and the baselines. */
  profile?: string | undefined;
}

/** A part of `npm run bench`; `--only NAME` runs it alone. */
export interface Suite {
  name: string;
  /** One line for --help and reports: the subject of the measurement. */
  title: string;
  measure(run: Run): Promise<Figure[]>;
}
