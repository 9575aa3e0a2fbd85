import { expect, it } from 'vitest';
import { MUST_BE_ZERO, runChaos } from '../chaos/chaos.ts';

it.each([1, 7])(
  'chaos run %i loses no record, doubles none, leaks no text and leaves no shard stuck',
  async (seed) => {
    const report = await runChaos({ seed, records: 600, minutes: 0.2 });
    const zeros = Object.fromEntries(MUST_BE_ZERO.map((name) => [name, report[name]]));
    expect(zeros, report.findings.join('\n')).toEqual(
      Object.fromEntries(MUST_BE_ZERO.map((name) => [name, 0])),
    );
    expect(report.acknowledged).toBeGreaterThan(600);
    expect(report.faults).toBeGreaterThan(0);
  },
  240_000,
);
