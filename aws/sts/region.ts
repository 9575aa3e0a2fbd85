import { STSClient } from '@aws-sdk/client-sts';
import { createClient } from '../clients.ts';

/**
 * Returns the region that the SDK finds in the environment or in the AWS configuration.
 *
 * @throws {Error} `Region is missing` if there is none.
 */
export function readRegion(): Promise<string> {
  return createClient(STSClient).config.region();
}
