import { afterAll, vi } from 'vitest';

/** Restores the globals of a worker. The next test file of the worker must find them unchanged. */
export function cleanWorker(): void {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
}

afterAll(cleanWorker);
