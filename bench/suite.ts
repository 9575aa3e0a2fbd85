import type { Figure } from './figures.ts';

/** Settings of a run. */
export interface Run {
  /**
   * Whether the run uses few repetitions and small loads. A quick run of all suites takes less than
   * two minutes.
   */
  quick: boolean;
  /** Shows the current step on the terminal. */
  reportStep: (step: string) => void;
  /**
   * Signal that aborts on Ctrl-C. A suite checks the signal between measurements, and ends all its
   * processes before it stops.
   */
  signal: AbortSignal;
  /**
   * The folder for CPU profiles of the consumer and of the baselines. If absent, no profiles are
   * written.
   */
  profile?: string | undefined;
  /**
   * The folder with labelled texts, as files `*.tsv.gz` with lines of language, label and text. If
   * absent, the suite `canonical` measures no agreement.
   */
  evaluation?: string | undefined;
}

/** A part of `npm run bench`. The option `--only NAME` runs one suite alone. */
export interface Suite {
  name: string;
  /** The measurement of the suite, in one line. The line appears in --help and in reports. */
  title: string;
  measure(run: Run): Promise<Figure[]>;
}
