import { promisify } from 'node:util';
import { isObject, type JsonObject } from '../../gateway/json-protocol.ts';
import { type KeySpace, type KinesisStore, readKey } from './store.ts';

/**
 * Number of shards of a new on-demand stream. An on-demand stream starts with a write capacity of 4
 * MB/s, and each shard accepts 1 MB/s.
 * Source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
const ON_DEMAND_SHARDS = 4;

type Mode = { StreamMode: 'ON_DEMAND' | 'PROVISIONED' };

/**
 * Stores which streams are on-demand streams, because kinesalite supports only provisioned streams.
 */
export function createModes(store: KinesisStore) {
  // The key space does not collide with the key space of a stream, because no stream can have the
  // name `/modes`.
  const modes = store.getStreamDb('/modes') as unknown as KeySpace<Mode>;
  return {
    /**
     * Adds a number of shards to the CreateStream input of an on-demand stream, because kinesalite
     * can only create provisioned streams.
     */
    toProvisioned: (input: JsonObject): JsonObject =>
      isOnDemand(input) ? { ...input, ShardCount: ON_DEMAND_SHARDS } : input,
    async saveMode(input: JsonObject): Promise<void> {
      if (!isOnDemand(input)) return;
      const put = promisify(modes.put.bind(modes));
      await put(String(input.StreamName), { StreamMode: 'ON_DEMAND' });
    },
    deleteMode: (name: string): Promise<void> => promisify(modes.del.bind(modes))(name),
    /** Adds the mode of a stream to the description of the stream. */
    async addMode(description: unknown): Promise<JsonObject> {
      const stream = isObject(description) ? description : {};
      const mode = await readKey(modes, String(stream.StreamName));
      return { ...stream, StreamModeDetails: mode ?? { StreamMode: 'PROVISIONED' } };
    },
  };
}

function isOnDemand({ StreamModeDetails }: JsonObject): boolean {
  return isObject(StreamModeDetails) && StreamModeDetails.StreamMode === 'ON_DEMAND';
}
