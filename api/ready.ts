import { withTimeout } from '../lib/timeout.ts';
import { DEPENDENCIES, type ReadyResponse, ServiceError } from '../schemas/index.ts';

/** One cheap call to each dependency. @throws {ServiceError} */
type Probes = Record<(typeof DEPENDENCIES)[number], () => Promise<unknown>>;

interface ReadyDeps {
  probes: Probes;
  now: () => number;
}

const TIMEOUT_MS = 2_000;
const CACHED_MS = 5_000;

/** Checks whether the services behind the API answer: all of them concurrently, and at most every 5 s. */
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

/** The error code of a probe that failed. */
async function findFailure(probe: () => Promise<unknown>): Promise<string | undefined> {
  const createError = () => new ServiceError('', 'Timeout', { retryable: true });
  try {
    await withTimeout(probe(), TIMEOUT_MS, createError);
    return undefined;
  } catch (error) {
    return error instanceof ServiceError ? error.code : 'UnknownError';
  }
}
