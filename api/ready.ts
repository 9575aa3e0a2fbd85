import { withTimeout } from '../lib/timeout.ts';
import { DEPENDENCIES, type ReadyResponse, ServiceError } from '../schemas/index.ts';

/**
 * Functions that make one cheap call to a dependency and throw a ServiceError if the call fails.
 */
type Probes = Record<(typeof DEPENDENCIES)[number], () => Promise<unknown>>;

interface ReadyDeps {
  probes: Probes;
  now: () => number;
}

const TIMEOUT_MS = 2_000;
const CACHED_MS = 5_000;

/**
 * Creates the function that checks whether the services behind the API answer. The function calls
 * the services concurrently and caches the answer for 5 seconds.
 */
export function createReady(deps: ReadyDeps): () => Promise<ReadyResponse> {
  let cached: { at: number; answer: Promise<ReadyResponse> } | undefined;
  return () => {
    if (cached === undefined || deps.now() - cached.at >= CACHED_MS) {
      cached = { at: deps.now(), answer: checkAll(deps) };
    }
    return cached.answer;
  };
}

async function checkAll({ probes, now }: ReadyDeps): Promise<ReadyResponse> {
  const dependencies = await Promise.all(
    DEPENDENCIES.map(async (name) => {
      const started = now();
      const error = await findFailure(probes[name]);
      return {
        name,
        status: error === undefined ? ('ok' as const) : ('failed' as const),
        ...(error === undefined ? {} : { error }),
        duration_ms: now() - started,
      };
    }),
  );
  const is_ready = dependencies.every(({ status }) => status === 'ok');
  return {
    status: is_ready ? 'ready' : 'unavailable',
    dependencies,
    timestamp: new Date(now()).toISOString(),
  };
}

/** Returns the error code if the probe fails, and undefined if the probe succeeds. */
async function findFailure(probe: () => Promise<unknown>): Promise<string | undefined> {
  const createError = () => new ServiceError('', 'Timeout', { retryable: true });
  try {
    await withTimeout(probe(), TIMEOUT_MS, createError);
    return undefined;
  } catch (error) {
    return error instanceof ServiceError ? error.code : 'UnknownError';
  }
}
