import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type Baseline,
  compareScore,
  raiseBaseline,
  readBaseline,
  writeBaseline,
} from './baseline.ts';
import { MUTATED_ROOMS } from './rooms.ts';
import { type RunOptions, reportOf, runRoom } from './run-room.ts';
import { countByStatus, isUndetected, type Mutant, type Score, scoreOf } from './score.ts';

const HELP = `Puts small bugs into the product, one at a time, and checks that the fast unit tests of the room find them.

Usage: npm run mutate -- [options]

  --room ROOM       the room to mutate (default: all); may be given more than once
                    ${Object.keys(MUTATED_ROOMS).join(', ')}
  --files PATTERN   mutate only these files of the room, and do not compare the score
  --update          record a score that has risen in test/mutation/baseline.json
  --fresh           test every mutant, also those whose file and tests have not changed since the last run
  --concurrency N   test runners at a time (default 2)
  --patience N      multiply all time limits, for a busy machine (default 1)
  --help            print this

The command prints each mutant that no test finds. The exit code is 1 if a room's score is below its baseline.
`;

interface Options extends RunOptions {
  rooms: string[];
  update: boolean;
}

function readOptions(): Options | 'help' {
  const { values } = parseArgs({
    options: {
      room: { type: 'string', multiple: true, default: [] },
      files: { type: 'string', multiple: true, default: [] },
      update: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      concurrency: { type: 'string', default: '2' },
      patience: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const { room, files, concurrency, patience, ...rest } = values;
  const unknown = room.find((name) => !(name in MUTATED_ROOMS));
  if (unknown !== undefined) {
    const known = Object.keys(MUTATED_ROOMS).join(', ');
    throw new Error(`--room: no room ${unknown}; expected one of ${known}.`);
  }
  if (files.length > 0 && room.length !== 1) {
    throw new Error('--files needs one --room, whose tests must find the mutants.');
  }
  const positive = (name: string, value: string) => {
    if (!/^[1-9]\d*$/.test(value)) {
      throw new Error(`--${name} expects a whole number of at least 1, got ${value}.`);
    }
    return Number(value);
  };
  const rooms = room.length > 0 ? room : Object.keys(MUTATED_ROOMS);
  return {
    ...rest,
    rooms,
    files,
    concurrency: positive('concurrency', concurrency),
    patience: positive('patience', patience),
  };
}

function printSurvivors(results: Mutant[]): void {
  for (const { fileName, location, mutatorName, replacement, status } of results.filter(
    isUndetected,
  )) {
    const { line, column } = location.start;
    const note = status === 'NoCoverage' ? ' (no test runs this line)' : '';
    const change = replacement?.replaceAll(/\s+/g, ' ').slice(0, 100) ?? '';
    console.log(
      `  ${relative('.', fileName)}:${line}:${column} ${mutatorName} -> ${change}${note}`,
    );
  }
}

function printScore(room: string, { score, detected, mutants }: Score, results: Mutant[]): void {
  const counts = Object.entries(countByStatus(results)).map(
    ([status, count]) => `${count} ${status}`,
  );
  console.log(
    `${room}: ${score} % (${detected} of ${mutants}: ${counts.join(', ')}); ${reportOf(room)}`,
  );
}

/** Prints how the score compares with the baseline, and returns the baseline for the next room. */
function checkScore(baseline: Baseline, room: string, score: Score, { update }: Options): Baseline {
  const best = baseline[room]?.score;
  switch (compareScore(baseline, room, score)) {
    case 'equal':
      return baseline;
    case 'fallen':
      console.error(
        `${room}: ${score.score} % is below the baseline of ${best} %. Add tests that find the mutants above.`,
      );
      process.exitCode = 1;
      return baseline;
    default: {
      if (!update) {
        console.log(
          `${room}: the baseline is ${best ?? 'missing'}. Record the score with --update.`,
        );
        return baseline;
      }
      const raised = raiseBaseline(baseline, room, score);
      writeBaseline(raised);
      return raised;
    }
  }
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === 'help') {
    console.log(HELP);
    return;
  }
  let baseline = readBaseline();
  for (const room of options.rooms) {
    const results = await runRoom(room, options);
    const score = scoreOf(results);
    printSurvivors(results);
    printScore(room, score, results);
    if (options.files.length === 0) baseline = checkScore(baseline, room, score, options);
  }
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
