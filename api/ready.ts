import { withTimeout } from '../lib/timeout.ts';
import { DEPENDENCIES, type ReadyResponse, ServiceError } from '../schemas/index.ts';

/** One cheap call to each dependency. @throws {ServiceError} */
export type Probes = Record<(typeof DEPENDENCIES)[number], () => Promise<unknown>>;

const PATIENCE_MS = 2_000;
const REMEMBERED_MS = 5_000;

/** Whether what the API needs answers: all asked at once, and not more often than every 5 s. */
export function createReady(deps: {
  probes: Probes;
  now: () => number;
}): () => Promise<ReadyResponse> {
  let known: { at: number; answer: Promise<ReadyResponse> } | undefined;
  return () => {
    if (known === undefined || deps.now() - known.at >= REMEMBERED_MS) {
      known = { at: deps.now(), answer: ask(deps) };
    }
    return known.answer;
  };
}

async function ask({ probes, now }: { probes: Probes; now: () => number }) {
  const dependencies = await Promise.all(
    DEPENDENCIES.map(async (name) => {
      const started = now();
      const error = await failureOf(probes[name]);
      return {
        name,
        status: error === undefined ? ('ok' as const) : ('failed' as const),
        ...(error === undefined ? {} : { error }),
        duration_ms: now() - started,
      };
    }),
  );
  const all_well = dependencies.every(({ status }) => status === 'ok');
  return {
    status: all_well ? ('ready' as const) : ('unavailable' as const),
    dependencies,
    timestamp: new Date(now()).toISOString(),
  };
}

async function failureOf(probe: () => Promise<unknown>): Promise<string | undefined> {
  const createError = () => new ServiceError('', 'Timeout', { retryable: true });
  try {
    await withTimeout(probe(), PATIENCE_MS, createError);
    return undefined;
  } catch (error) {
    return error instanceof ServiceError ? error.code : 'UnknownError';
  }
}
