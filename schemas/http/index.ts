export * from './budget.ts';
export * from './cors.ts';
export * from './errors.ts';
export * from './health.ts';
export * from './jobs.ts';
export * from './records.ts';
export * from './results.ts';
export * from './sync.ts';
