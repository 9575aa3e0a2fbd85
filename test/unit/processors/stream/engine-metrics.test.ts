import { expect, it } from 'vitest';
import type { EngineStats } from '../../../../processors/engine/compose.ts';
import { engineMetrics } from '../../../../processors/stream/measures.ts';

const statsOf = (count: number, open: boolean): EngineStats => ({
  granted: count,
  units: 3 * count,
  throttles: 5 * count,
  refused: 7 * count,
  waited_ms: 11.1 * count,
  ledger_errors: 13 * count,
  calls_per_second: 20,
  breaker: { open, opened: 1, spared: 1 },
});

it('the metrics of the engine that finds personal data are what its counts grew by in the batch', () => {
  expect(engineMetrics(statsOf(10, false), statsOf(12, true))).toEqual({
    pii_calls: 2,
    pii_units: 6,
    pii_throttles: 10,
    pii_refused: 14,
    pii_waited_ms: 22,
    pii_breaker_open: 1,
    ledger_errors: 26,
  });
  expect(engineMetrics(statsOf(1, true), statsOf(1, false))).toMatchObject({ pii_breaker_open: 0 });
});

it('an engine that calls no service has no metrics', () => {
  expect(engineMetrics(undefined, undefined)).toEqual({});
});
