import { Advice } from '../errors.ts';

/** Returns the error that says where a record may be that has no result. */
export function adviseOnAbsence(source: string, record_id: string): Advice {
  return new Advice(
    `There is no result for ${record_id} of the source ${source}.`,
    'It may still be on the stream, be set aside (`aurastream set-aside list`), or belong to another --tenant.',
  );
}
