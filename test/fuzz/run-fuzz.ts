import { parseArgs } from 'node:util';
import { createRandom, type Random } from '../support/random.ts';

/** The inputs that a run generates, and their check. */
export interface Fuzz<Input> {
  makeInput(random: Random): Input;
  /** @throws {Error} if a promise is broken. The message says which. */
  check(input: Input): Promise<void>;
  /** Describes an input with all that is needed to make it again. */
  describe(input: Input): string;
}

/**
 * Checks generated inputs, as many as the options `--runs` and `--seed` of the process ask for. The
 * first input that breaks a promise is printed, also if the promise is broken after its check, and
 * ends the process.
 *
 * @returns the number of inputs, and the seed.
 */
export async function runFuzz<Input>({ makeInput, check, describe }: Fuzz<Input>) {
  const { seed, runs } = readOptions();
  const random = createRandom(seed);
  let run = 0;
  let input: Input | undefined;
  const stop = (error: unknown) => {
    const facts = input === undefined ? 'no input' : describe(input);
    console.error(`run ${run} of seed ${seed}: ${facts}`, error);
    process.exit(1);
  };
  process.on('unhandledRejection', stop).on('uncaughtException', stop);
  for (run = 0; run < runs; run += 1) {
    input = makeInput(random);
    await check(input).catch(stop);
    // Node.js reports promises that are rejected without a handler before the next turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { seed, runs };
}

function readOptions(): { seed: number; runs: number } {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      runs: { type: 'string', default: '100000' },
    },
  });
  return { seed: Number(values.seed), runs: Number(values.runs) };
}
