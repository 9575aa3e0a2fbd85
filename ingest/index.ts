export type { RecordInput } from '../schemas/index.ts';
export type { PutOutcome, RecordStream, StreamEntry } from './ports.ts';
export {
  createPublisher,
  type Publisher,
  type PublisherOptions,
  type PublisherStats,
  type PublishOutcome,
} from './publisher.ts';
