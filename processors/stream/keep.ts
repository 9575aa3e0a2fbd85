import type { SetAside } from '../../schemas/index.ts';
import type { Failed, SetAsides } from './ports.ts';
import { putAll } from './put-all.ts';

/** Keeps what can't be processed. @returns those that were not kept, by their index. */
export async function keep(
  store: SetAsides,
  set_asides: SetAside[],
): Promise<(Failed & { index: number })[]> {
  const failed = await putAll(store, set_asides);
  return failed.map(({ index, code }) => ({
    index,
    stage: 'set_asides',
    code,
    position: placeOf(set_asides[index]!),
  }));
}

function placeOf({ shard_id, sequence_number, sub_sequence_number }: SetAside) {
  return { shard_id, sequence_number, sub_sequence_number };
}
