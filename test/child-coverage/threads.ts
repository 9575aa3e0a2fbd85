import { createRequire, syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';

const worker_threads = createRequire(import.meta.url)(
  'node:worker_threads',
) as typeof import('node:worker_threads');
const RECORDER = fileURLToPath(new URL('./record-thread.mjs', import.meta.url));

/** Makes the embedded cloud's functions in this process record which code ran. */
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
