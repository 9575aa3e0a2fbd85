/**
 * Comprehend's price of one unit: 100 characters, at least 3 units a document, in the first tier.
 * us-east-1, read in November 2026: https://aws.amazon.com/comprehend/pricing/
 */
export const COMPREHEND_USD_PER_UNIT = 0.0001;
export const CHARACTERS_PER_UNIT = 100;
export const LEAST_UNITS = 3;
