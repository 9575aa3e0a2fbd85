import type { Counts } from '../services/counters.ts';
import { LATENCIES } from '../services/latency.ts';
import { type Services, startServices } from '../services/server.ts';
import { answerParent } from './answer.ts';

/**
 * Asks this process to run the emulated services. The services have their own process, so that
 * their CPU time does not count as CPU time of a measured program.
 */
export type ServicesQuestion =
  | { kind: 'start'; latencies: keyof typeof LATENCIES; limits?: Record<string, number> }
  | { kind: 'reset_counts' }
  | { kind: 'read' };

/** The calls since the last reset, and the number of rows in the results table. */
export interface ServicesReading {
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
      return {
        counts: services.readCounts(),
        rows: services.countRows('results'),
      } satisfies ServicesReading;
  }
});
