import { bundle } from './bundle.ts';
import { withFolder } from './folder.ts';
import { withChild } from './processes/child.ts';
import type { Counts, StandInQuestion } from './processes/stream-stand-in.ts';
import type { Run } from './suite.ts';

/** A Kinesis that answers at once: processes/stream-stand-in.ts. */
export interface StreamStandIn {
  endpoint: string;
  /** What came since the last reset. */
  counts(): Promise<Counts>;
  reset(): Promise<void>;
}

export async function withStreamStandIn<T>(
  { signal }: Run,
  work: (stand_in: StreamStandIn) => Promise<T>,
): Promise<T> {
  return withFolder(async (folder) => {
    const module = bundle({ entry: 'bench/processes/stream-stand-in.ts' }, folder, 'stand-in');
    return withChild(module, { signal }, async ({ ask }) => {
      const asked = <Answer>(question: StandInQuestion) => ask<Answer>(question);
      return work({
        endpoint: `http://127.0.0.1:${await asked<number>({ kind: 'start' })}`,
        counts: () => asked<Counts>({ kind: 'counts' }),
        reset: async () => void (await asked<Counts>({ kind: 'reset' })),
      });
    });
  });
}
