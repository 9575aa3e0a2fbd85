import { ThreadsPoolWorker } from 'vitest/node';

/** Number of test files after which a thread is replaced, because each leaves a listener behind. */
const FILES_PER_THREAD = 40;

/** The thread that is kept, and the number of test files that it has run. */
let kept;

/**
 * Runs test files in one thread, one after the other. Vitest would start a thread for each file of
 * each run. Most of the time of a mutant would then go into loading packages again. Vitest still
 * evaluates every file of the repository again for each test file, but not the packages in
 * node_modules.
 */
class KeptThread {
  name = 'threads';
  listeners = [];
  isStopping = false;

  constructor(options) {
    this.options = options;
  }

  async start() {
    if (kept !== undefined && kept.files >= FILES_PER_THREAD) await discardThread();
    if (kept === undefined) {
      kept = { worker: new ThreadsPoolWorker(this.options), files: 0 };
      await kept.worker.start();
    }
    kept.files += 1;
    this.worker = kept.worker;
  }

  on(event, listener) {
    this.listeners.push([event, listener]);
    this.worker.on(event, listener);
  }

  off(event, listener) {
    this.worker.off(event, listener);
  }

  send(message) {
    if (message?.type !== 'stop') return this.worker.send(message);
    // The thread would stop listening, so the answer comes from here.
    this.isStopping = true;
    const stopped = { type: 'stopped', __vitest_worker_response__: true };
    queueMicrotask(() => {
      for (const [event, listener] of this.listeners) if (event === 'message') listener(stopped);
    });
  }

  async stop() {
    for (const [event, listener] of this.listeners) this.worker._thread?.off(event, listener);
    // Without a message before, Vitest stops a thread that does not answer.
    if (!this.isStopping) await discardThread();
  }

  deserialize(message) {
    return message;
  }
}

/** Ends the kept thread, so that the next test file starts with a new one. */
export async function discardThread() {
  const { worker } = kept ?? {};
  kept = undefined;
  await worker?.stop();
}

export function isThreadUsed() {
  return (kept?.files ?? 0) > 1;
}

export const keptThreadPool = {
  name: 'kept-thread',
  createPoolWorker: (options) => new KeptThread(options),
};
