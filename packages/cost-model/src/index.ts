export * from './consumption.ts';
export * from './cost.ts';
export * from './load.ts';
export * from './plan.ts';
export * from './prices.ts';
