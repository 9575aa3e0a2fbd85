import { promisify } from 'node:util';
import { isObject, type JsonObject } from '../../gateway/json-protocol.ts';
import { find, type KeySpace, type KinesisStore } from './store.ts';

/** An on-demand stream starts with 4 MB/s of writes: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const ON_DEMAND_SHARDS = 4;

type Mode = { StreamMode: 'ON_DEMAND' | 'PROVISIONED' };

/** kinesalite knows provisioned streams only: which ones were created on demand is remembered beside it. */
export function createModes(store: KinesisStore) {
  // No stream can have this name: the key space lies among the streams' and collides with none.
  const modes = store.getStreamDb('/modes') as unknown as KeySpace<Mode>;
  return {
    /** CreateStream's input as kinesalite takes it. */
    provisioned: (input: JsonObject): JsonObject =>
      isOnDemand(input) ? { ...input, ShardCount: ON_DEMAND_SHARDS } : input,
    async created(input: JsonObject): Promise<void> {
      if (!isOnDemand(input)) return;
      const put = promisify(modes.put.bind(modes));
      await put(String(input.StreamName), { StreamMode: 'ON_DEMAND' });
    },
    deleted: (name: string): Promise<void> => promisify(modes.del.bind(modes))(name),
    /** A stream's description with its mode. */
    async described(description: unknown): Promise<JsonObject> {
      const stream = isObject(description) ? description : {};
      const mode = await find(modes, String(stream.StreamName));
      return { ...stream, StreamModeDetails: mode ?? { StreamMode: 'PROVISIONED' } };
    },
  };
}

function isOnDemand({ StreamModeDetails }: JsonObject): boolean {
  return isObject(StreamModeDetails) && StreamModeDetails.StreamMode === 'ON_DEMAND';
}
