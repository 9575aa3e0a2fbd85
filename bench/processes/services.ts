import type { Counts } from '../services/counters.ts';
import { LATENCIES } from '../services/latency.ts';
import { type Services, startServices } from '../services/server.ts';
import { answerParent } from './answer.ts';

/** The stand-ins in a process of their own, so that their work is nobody else's CPU time. */
export type ServicesQuestion =
  | { kind: 'start'; latencies: keyof typeof LATENCIES; limits?: Record<string, number> }
  | { kind: 'reset_counts' }
  | { kind: 'read' };

/** What was called since the counts were last reset, and how many rows there are. */
export interface Seen {
  counts: Counts;
  rows: number;
}

let services: Services;

answerParent<ServicesQuestion>(async (question) => {
  switch (question.kind) {
    case 'start':
      services = await startServices(LATENCIES[question.latencies], question.limits);
      return services.endpoint;
    case 'reset_counts':
      return services.resetCounts();
    case 'read':
      return { counts: services.counts(), rows: services.rows('results') } satisfies Seen;
  }
});
