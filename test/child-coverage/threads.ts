import { createRequire, syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';

const worker_threads = createRequire(import.meta.url)(
  'node:worker_threads',
) as typeof import('node:worker_threads');
const RECORDER = fileURLToPath(new URL('./record-thread.mjs', import.meta.url));

/**
 * Preloads a recorder into each thread in which the embedded cloud runs a function. The recorder
 * records which code runs in the thread. Only threads of this process get the recorder.
 */
export function recordThreads(): void {
  worker_threads.Worker = class extends worker_threads.Worker {
    constructor(module: string | URL, options: import('node:worker_threads').WorkerOptions = {}) {
      const is_function = String(module).endsWith('/function/worker.mjs');
      const execArgv = [...(options.execArgv ?? []), '--import', RECORDER];
      super(module, is_function ? { ...options, execArgv } : options);
    }
  };
  syncBuiltinESMExports();
}
