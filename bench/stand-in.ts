import { withChild } from './processes/child.ts';
import type { PutCounts, StandInQuestion } from './processes/stream-stand-in.ts';
import type { Run } from './suite.ts';

/** A Kinesis stream that answers without delay, emulated by processes/stream-stand-in.ts. */
export interface StreamStandIn {
  endpoint: string;
  /** Reads the counts of the calls since the last reset. */
  readCounts(): Promise<PutCounts>;
  reset(): Promise<void>;
}

const PROCESS = new URL('processes/stream-stand-in.ts', import.meta.url);

export async function withStreamStandIn<T>(
  { signal }: Run,
  work: (stand_in: StreamStandIn) => Promise<T>,
): Promise<T> {
  // The stand-in runs from source, because a bundle cannot contain the native modules that the
  // embedded cloud imports.
  return withChild(PROCESS, { typescript: true, signal }, async ({ ask }) => {
    const askStandIn = <Answer>(question: StandInQuestion) => ask<Answer>(question);
    return work({
      endpoint: `http://127.0.0.1:${await askStandIn<number>({ kind: 'start' })}`,
      readCounts: () => askStandIn<PutCounts>({ kind: 'counts' }),
      reset: async () => void (await askStandIn<PutCounts>({ kind: 'reset' })),
    });
  });
}
