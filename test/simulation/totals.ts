import type { SimulationReport } from './simulate.ts';

/** Sums over the worlds of all seeds that have been run. */
export interface Totals {
  seeds: number;
  entries: number;
  results: number;
  set_asides: number;
  given_up: number;
  restored: number;
  faults: number;
  faults_by_kind: Record<string, number>;
  redeliveries: number;
  seconds: number;
  failed?: SimulationReport;
}

export function createTotals(): Totals {
  return {
    ...{ seeds: 0, entries: 0, results: 0, set_asides: 0, given_up: 0, restored: 0 },
    ...{ faults: 0, faults_by_kind: {}, redeliveries: 0, seconds: 0 },
  };
}

const SUMS = ['entries', 'results', 'set_asides', 'given_up', 'restored', 'redeliveries'] as const;

export function addReport(totals: Totals, report: SimulationReport): void {
  totals.seeds += 1;
  for (const name of SUMS) totals[name] += report[name];
  for (const [kind, count] of Object.entries(report.faults)) {
    totals.faults += count;
    totals.faults_by_kind[kind] = (totals.faults_by_kind[kind] ?? 0) + count;
  }
  if (report.violation !== undefined) totals.failed ??= report;
}

export function formatTotals(totals: Totals): string {
  const { failed } = totals;
  const kinds = Object.entries(totals.faults_by_kind).sort(([, a], [, b]) => b - a);
  const minutes = Math.max(totals.seconds, 1) / 60;
  const lines = [
    `${totals.seeds} seeds, ${totals.entries} stream entries, ${totals.faults} faults, ${totals.redeliveries} redeliveries in ${totals.seconds.toFixed(1)} s (${Math.round(totals.entries / minutes)} entries a minute)`,
    `${totals.results} results, ${totals.set_asides} set-asides, ${totals.given_up} records given up, ${totals.restored} batches and set-asides put back`,
    ...kinds.map(([kind, count]) => `  ${String(count).padStart(8)}  ${kind}`),
  ];
  if (failed?.violation === undefined) return [...lines, 'All checks passed.'].join('\n');
  return [
    ...lines,
    '',
    `Seed ${failed.seed} FAILED with ${failed.records} records:`,
    failed.violation.message,
    '',
    'Last steps:',
    ...failed.violation.schedule.slice(-40).map((line) => `  ${line}`),
    '',
    `Repeat with: npm run simulate -- --seed ${failed.seed} --records ${failed.records}`,
  ].join('\n');
}
