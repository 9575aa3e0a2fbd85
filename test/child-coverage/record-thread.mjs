// This module is preloaded into a thread that runs a function's bundle. Node.js writes no coverage
// for a thread that is terminated. Therefore this module writes the coverage before the thread
// posts an answer, but at most once per INTERVAL_MS.
import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import { parentPort, threadId } from 'node:worker_threads';

const FOLDER = fileURLToPath(new URL('../../coverage/.processes', import.meta.url));
const INTERVAL_MS = 1_000;

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
mkdirSync(FOLDER, { recursive: true });

let written = 0;
let due = 0;

function record() {
  session.post('Profiler.takePreciseCoverage', (error, coverage) => {
    if (error) throw error;
    const result = coverage.result.filter(({ url }) => url.startsWith('file://'));
    const name = `thread-${process.pid}-${threadId}-${Date.now()}-${written++}.json`;
    writeFileSync(`${FOLDER}/${name}`, JSON.stringify({ result }));
  });
}

const post = parentPort.postMessage.bind(parentPort);
parentPort.postMessage = (message) => {
  // Record before posting the answer, because the test may terminate the thread as soon as the test
  // has the answer.
  if (message.kind !== 'log' && Date.now() >= due) {
    record();
    due = Date.now() + INTERVAL_MS;
  }
  post(message);
};
