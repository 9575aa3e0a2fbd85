import type { Figure } from './figures.ts';

/** Settings of a run. */
export interface Run {
  /**
   * Whether the run uses few repetitions and small loads, so that all suites together take less
   * than two minutes.
   */
  quick: boolean;
  /** Shows the current step on the terminal. */
  reportStep: (step: string) => void;
  /**
   * Aborts on Ctrl-C. Suites check the signal between measurements and leave no process running.
   */
  signal: AbortSignal;
  /**
   * The folder for CPU profiles of the consumer and of the baselines. If absent, no profiles are
   * written.
   */
  profile?: string | undefined;
}

/** A part of `npm run bench`. The option `--only NAME` runs one suite alone. */
export interface Suite {
  name: string;
  /** The subject of the measurement in one line, for --help and for reports. */
  title: string;
  measure(run: Run): Promise<Figure[]>;
}
