import { chunk } from '../../lib/chunk.ts';
import type { PutFailure, SetAsides } from '../../processors/stream/ports.ts';
import { ServiceError, type SetAside } from '../../schemas/index.ts';
import { type Network, PERFECT_NETWORK } from './network.ts';

export interface FakeStoreOptions<Entry> {
  keep: (entry: Entry) => void;
  /** Maximum number of entries in a call; unlimited by default. */
  entries_per_call?: number;
  network?: Network;
}

/**
 * Creates a store that splits the entries of a put into calls. A call may fail for all of its
 * entries or for single entries.
 */
export function createFakeStore<Entry>(options: FakeStoreOptions<Entry>) {
  const { entries_per_call = Number.MAX_SAFE_INTEGER } = options;
  return {
    async put(entries: Entry[]): Promise<PutFailure[]> {
      const indexed = entries.map((entry, index) => ({ entry, index }));
      const calls = chunk(indexed, entries_per_call);
      const answers = await Promise.allSettled(calls.map((call) => putCall(call, options)));
      const errors = answers.flatMap((answer) =>
        answer.status === 'rejected' ? [answer.reason as unknown] : [],
      );
      const bug = errors.find((error) => !(error instanceof ServiceError));
      if (bug !== undefined) throw bug;
      if (errors.length > 0 && errors.length === calls.length) throw errors[0];
      return answers.flatMap((answer, i) => {
        if (answer.status === 'fulfilled') return answer.value;
        const { code } = answer.reason as ServiceError;
        return (calls[i] ?? []).map(({ index }) => failureAt(index, code));
      });
    },
  };
}

function putCall<Entry>(
  call: { entry: Entry; index: number }[],
  { keep, network = PERFECT_NETWORK }: FakeStoreOptions<Entry>,
): Promise<PutFailure[]> {
  return network.call('put', () =>
    call.flatMap(({ entry, index }) => {
      if (network.failsAlone()) return [failureAt(index, 'InternalFailure')];
      keep(entry);
      return [];
    }),
  );
}

export function failureAt(index: number, code: string): PutFailure {
  return { index, code, retryable: true, throttled: false };
}

/** Creates a set-aside store that has one object for each position on the stream. */
export function createFakeSetAsides(
  options: {
    objects?: Map<string, SetAside>;
    network?: Network;
    onPut?: (set_aside: SetAside) => void;
  } = {},
): SetAsides {
  const { objects = new Map(), network = PERFECT_NETWORK, onPut } = options;
  return createFakeStore<SetAside>({
    entries_per_call: 1,
    network,
    keep(set_aside) {
      onPut?.(set_aside);
      objects.set(set_aside.set_aside_id, set_aside);
    },
  });
}
