import { setAsideSchema } from '../../schemas/index.ts';
import { readPlaced } from '../read-set-aside.ts';
import { findSelected } from './contents.ts';
import type { Step } from './context.ts';
import { withdrawFound } from './rows.ts';

/** Prefixes of the bucket of set-asides, in alphabetical order. See aws/s3/set-aside-bucket.ts. */
const PREFIXES = ['over-budget/', 'set-asides/', 'unreadable/'];

/**
 * Deletes the set-asides that hold a selected record, with their versions. A set-aside that holds several
 * records is deleted as a whole. Its selected records are withdrawn first, so that a replay that has read it
 * does not bring them back. Bytes that do not say whose they are stay, and are counted in the second of the
 * two steps that do this: records that were on a stream during the first may be set-asides by then.
 */
export const deleteSetAsides: Step = async (context) => {
  const { deps, selection, state, count, reach } = context;
  const { set_asides } = deps;
  for (const prefix of PREFIXES) {
    for await (const key of set_asides.keys(prefix, state.after)) {
      const text = await set_asides.read(key);
      if (text === undefined) continue;
      const set_aside = setAsideSchema.parse(JSON.parse(text));
      const contents = readPlaced(set_aside, Buffer.from(set_aside.data_base64, 'base64'));
      const found = contents.map((one) => findSelected(selection, one));
      if (found.includes('selected')) {
        if (!state.is_dry_run) {
          await withdrawFound(
            context,
            contents.filter((_, i) => found[i] === 'selected'),
          );
          await set_asides.delete(key);
          await set_asides.forgetVersions(key);
        }
        count('set_asides', 1);
        await reach(key);
      } else if (found.includes('unreadable') && state.step === 'later_set_asides') {
        state.unreadable += 1;
      }
    }
  }
};
