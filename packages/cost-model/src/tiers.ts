import type { PriceTier } from './prices.ts';

/**
 * Computes the cost of a month's units in USD. Each unit has the price of its tier.
 *
 * @param units_before number of units that the month already has.
 */
export function priceByTiers(tiers: PriceTier[], units: number, units_before = 0): number {
  let usd = 0;
  let from = units_before;
  const to = units_before + units;
  for (const tier of tiers) {
    const in_tier = Math.max(0, Math.min(to, tier.up_to) - from);
    usd += in_tier * tier.usd;
    from += in_tier;
  }
  return usd;
}
