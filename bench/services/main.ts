import { LATENCIES } from './latency.ts';
import { startServices } from './server.ts';

/** A process of their own, so that their work is nobody else's CPU time. Orders come from the parent. */
export type ServicesOrder =
  | { order: 'reset'; latencies: keyof typeof LATENCIES }
  | { order: 'reset_counts' }
  | { order: 'read' };

const services = await startServices(LATENCIES.zero);

process.on('message', (message: ServicesOrder) => {
  if (message.order === 'reset') services.reset(LATENCIES[message.latencies]);
  if (message.order === 'reset_counts') services.resetCounts();
  process.send!({ counts: services.counts(), rows: services.rows('results') });
});
// The parent is gone: so is the reason to be here.
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => undefined);
process.send!({ endpoint: services.endpoint });
