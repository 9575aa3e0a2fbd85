import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import manifest from '../package.json' with { type: 'json' };
import type { AnalysisStats } from '../processors/analysis/analysis.ts';
import { composeAnalysis } from '../processors/analysis/compose.ts';
import { apiEnvironmentSchema, parseEnvironment } from '../schemas/index.ts';
import { createApi } from './app.ts';

/** A caller waits: one more try at AWS, then a 429 or 503 says when to come back. */
const MAX_ATTEMPTS = 2;

/** The API with its clients, from the function's environment. @throws {Error} where that is not complete. */
export function composeApi(environment: Record<string, string | undefined>) {
  const now = Date.now;
  const logger = new Logger({ serviceName: 'aurastream-api' });
  return createApi({
    analyse: composeAnalysis(parseEnvironment(apiEnvironmentSchema, environment), {
      now,
      max_attempts: MAX_ATTEMPTS,
      on_stats: (stats) => logTrouble(logger, stats),
    }),
    now,
    version: manifest.version,
    request_id: ({ requestContext, lambdaContext }) =>
      requestContext?.requestId ?? lambdaContext?.awsRequestId ?? randomUUID(),
    on_answer: (answered) => logger.info('answered', { ...answered }),
    on_error: (error, request_id) => logger.error('bug', { request_id, ...withoutMessage(error) }),
  });
}

function logTrouble(logger: Logger, stats: AnalysisStats): void {
  const { cache_errors, cache_unreadable, throttles, failed } = stats;
  if (cache_errors + cache_unreadable + throttles + failed > 0) {
    logger.warn('trouble', { analysis: stats });
  }
}

/** Name and place of an error: the message of one we don't know could quote the user's text. */
function withoutMessage(error: unknown): { error_name: string; frames: string[] } {
  if (!(error instanceof Error)) return { error_name: typeof error, frames: [] };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { error_name: error.name, frames };
}
