import { estimateCompletion } from '../../jobs/estimate.ts';
import type { ThroughputSample } from '../../jobs/ports.ts';
import { ServiceError } from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';

/**
 * Estimates when the analysis will end if the records are submitted now.
 *
 * @param records number of records.
 * @returns the time in ISO 8601, in UTC.
 */
export async function estimateEnd(deps: ApiDeps, records: number): Promise<string> {
  return estimateCompletion({
    now: deps.now(),
    records,
    samples: await readSamples(deps),
    documents_per_second: deps.settings.documents_per_second,
  });
}

/**
 * Reads the throughput samples. Returns an empty list if the service fails, because an estimate
 * without samples is more useful to the caller than a failed request.
 */
async function readSamples({ throughput_samples }: ApiDeps): Promise<ThroughputSample[]> {
  try {
    return await throughput_samples();
  } catch (error) {
    if (error instanceof ServiceError) return [];
    throw error;
  }
}
