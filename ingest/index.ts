export type { RecordInput } from '../schemas/index.ts';
export type { PutOutcome, RecordStream, StreamEntry, TextClaimStore } from './ports.ts';
export { type ChoosePartitionKey, gatherFirstRecords } from './publisher/gather.ts';
export type { PublisherStats, PublishOutcome } from './publisher/outcome.ts';
export { createPublisher, type Publisher, type PublisherOptions } from './publisher.ts';
