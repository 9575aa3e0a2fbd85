import { expect, it } from 'vitest';
import { MUST_BE_ZERO, runChaos } from '../chaos/chaos.ts';

it('a chaos storm loses no record, doubles none, leaks no text, invents no verdict and leaves no shard stuck', async () => {
  const report = await runChaos({ seed: 9, records: 300, minutes: 0.15 });
  const zeros = Object.fromEntries(MUST_BE_ZERO.map((name) => [name, report[name]]));
  expect(zeros, report.findings.join('\n')).toEqual(
    Object.fromEntries(MUST_BE_ZERO.map((name) => [name, 0])),
  );
  expect(report.acknowledged).toBeGreaterThan(300);
  expect(report.faults).toBeGreaterThan(0);
  expect(report.replayed).toBeGreaterThan(0);
  expect(report.callbacks).toBeGreaterThan(0);
  expect(report.verdicts).toBeGreaterThan(0);
  // The waits of a storm end after ten minutes at most, and the report then says what is open.
}, 900_000);
