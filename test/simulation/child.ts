import { simulate } from './simulate.ts';

/** Runs the seeds that the parent process sends, one after the other. */
process.on('message', (question: { seed: number; records: number }) => {
  simulate(question).then(
    (report) => process.send?.(report),
    (error: unknown) => {
      throw error;
    },
  );
});

// A terminal sends Ctrl-C to all processes. The parent process ends this process when the seed has
// been run.
process.on('SIGINT', () => undefined);
