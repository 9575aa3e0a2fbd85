import { Stryker } from '@stryker-mutator/core';
import { MUTATED_ROOMS, PATIENCE_VARIABLE, ROOM_VARIABLE, SAMPLE_VARIABLE } from './rooms.ts';
import type { Mutant } from './score.ts';

export interface RunOptions {
  /** Number of test runners at a time. */
  concurrency: number;
  /** Tests every mutant again, instead of only those whose file or tests have changed. */
  fresh: boolean;
  /** Patterns of the files to mutate instead of all files of the room. */
  files: string[];
  /** Factor of all time limits. */
  patience: number;
}

type PartialOptions = ConstructorParameters<typeof Stryker>[0];

/** The folder of copies, reports and remembered results. Git ignores it. */
const FOLDER = '.stryker';

/**
 * The files that the unit tests of the rooms never read. Without them, the copy of the repository is small. They do
 * read `docs`, whose tables they compare with the code. The patterns begin with a slash, because
 * Stryker would otherwise leave out `api/docs` too.
 */
const NOT_COPIED = ['.ci', '.github', 'cdk.out', 'coverage', 'dist', 'examples'].map(
  (name) => `/${name}`,
);

/**
 * Time beyond that of the tests after which a mutant counts as an endless loop. The time is long,
 * because a busy machine must not look like a loop. A loop that comes past a mutant ends much
 * sooner, because Stryker counts the rounds.
 */
const TIMEOUT_MS = 20_000;

/** Time limit of the tests without a mutant. */
const DRY_RUN_MINUTES = 5;

export function reportOf(room: string): string {
  return `${FOLDER}/reports/${nameOf(room)}.html`;
}

/** Mutates the sources of one room and runs the tests of the room against each mutant. */
export async function runRoom(room: string, options: RunOptions): Promise<Mutant[]> {
  process.env[ROOM_VARIABLE] = room;
  process.env[PATIENCE_VARIABLE] = String(options.patience);
  const is_partial = options.files.length > 0;
  process.env[SAMPLE_VARIABLE] = String(is_partial ? 1 : (MUTATED_ROOMS[room]?.one_in ?? 1));
  const settings = {
    mutate: is_partial ? options.files : (MUTATED_ROOMS[room]?.sources ?? []),
    plugins: ['vitest-runner', 'wording', 'sample'].map(
      (name) => new URL(`./plugins/${name}.mjs`, import.meta.url).href,
    ),
    testRunner: 'strict-vitest',
    vitest: { configFile: 'test/mutation/vitest.config.ts' },
    ignorers: ['wording', 'sample'],
    coverageAnalysis: 'perTest',
    ignoreStatic: MUTATED_ROOMS[room]?.leaves_out_constants ?? false,
    concurrency: options.concurrency,
    timeoutMS: TIMEOUT_MS * options.patience,
    dryRunTimeoutMinutes: DRY_RUN_MINUTES * options.patience,
    incremental: !is_partial,
    incrementalFile: `${FOLDER}/incremental/${nameOf(room)}.json`,
    force: options.fresh,
    tempDirName: `${FOLDER}/copies`,
    ignorePatterns: NOT_COPIED,
    reporters: ['html', process.stdout.isTTY ? 'progress' : 'progress-append-only'],
    htmlReporter: { fileName: reportOf(room) },
    thresholds: { high: 80, low: 60, break: null },
    allowEmpty: false,
    disableTypeChecks: false,
    logLevel: 'warn',
  };
  // The type has enums that only another package exports.
  return new Stryker(settings as PartialOptions).runMutationTest();
}

function nameOf(room: string): string {
  return room.replace('/', '-');
}
