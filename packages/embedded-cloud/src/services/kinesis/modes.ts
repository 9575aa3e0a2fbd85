import { promisify } from 'node:util';
import { isObject, type JsonObject } from '../../gateway/json-protocol.ts';
import { type KeySpace, type KinesisStore, readKey } from './store.ts';

/** An on-demand stream starts with 4 MB/s of writes: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const ON_DEMAND_SHARDS = 4;

type Mode = { StreamMode: 'ON_DEMAND' | 'PROVISIONED' };

/** kinesalite only has provisioned streams, so the modes of on-demand streams are stored in addition. */
export function createModes(store: KinesisStore) {
  // No stream can have this name, so the key space does not collide with those of the streams.
  const modes = store.getStreamDb('/modes') as unknown as KeySpace<Mode>;
  return {
    /** The input of CreateStream for kinesalite. */
    toProvisioned: (input: JsonObject): JsonObject =>
      isOnDemand(input) ? { ...input, ShardCount: ON_DEMAND_SHARDS } : input,
    async saveMode(input: JsonObject): Promise<void> {
      if (!isOnDemand(input)) return;
      const put = promisify(modes.put.bind(modes));
      await put(String(input.StreamName), { StreamMode: 'ON_DEMAND' });
    },
    deleteMode: (name: string): Promise<void> => promisify(modes.del.bind(modes))(name),
    /** Adds the mode to the description of a stream. */
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
