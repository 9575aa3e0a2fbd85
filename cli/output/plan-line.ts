import type { PlanPart } from '@aurastream/cost-model';

/** A line of the plan's output. */
export interface PlanLine {
  name: PlanPart | 'load';
  text: string;
}

export function formatUsd(value: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
