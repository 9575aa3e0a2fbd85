import { COMPREHEND_REGIONS } from '@aurastream/cost-model';
import type { AnalyzerName } from '../schemas/index.ts';

/** Regions that have the service of an analyzer. An analyzer that is not listed runs in every region. */
const REGIONS: Partial<Record<AnalyzerName, readonly string[]>> = {
  comprehend: COMPREHEND_REGIONS,
};

/**
 * Refuses a region in which every call of the analyzer would fail.
 *
 * @param region region of the deployment, which is unknown if CDK does not deploy
 * @throws {Error} if the region does not have the service of the analyzer
 */
export function checkRegion(analyzer: AnalyzerName, region: string | undefined): void {
  const regions = REGIONS[analyzer];
  if (region === undefined || regions === undefined || regions.includes(region)) return;
  throw new Error(
    `The region ${region} does not have the analyzer ${analyzer}. Deploy to one of ` +
      `${regions.join(', ')}; set AWS_REGION, or the region of your profile.`,
  );
}
