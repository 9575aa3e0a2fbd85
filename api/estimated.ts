import { estimateCompletion } from '../jobs/estimate.ts';
import type { ThroughputSample } from '../jobs/ports.ts';
import { ServiceError } from '../schemas/index.ts';
import type { ApiDeps } from './deps.ts';

/** When so many records will have ended, if they are submitted now. ISO 8601 in UTC. */
export async function estimated(deps: ApiDeps, records: number): Promise<string> {
  return estimateCompletion({
    now: deps.now(),
    records,
    samples: await samplesIfAny(deps),
    calls_per_second: deps.settings.calls_per_second,
  });
}

/** An estimate is worth no error. */
async function samplesIfAny({ throughput_samples }: ApiDeps): Promise<ThroughputSample[]> {
  try {
    return await throughput_samples();
  } catch (error) {
    if (error instanceof ServiceError) return [];
    throw error;
  }
}
