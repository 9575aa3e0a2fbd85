import * as z from 'zod';
import { failedEventSchema, failureReportSchema, packRestored } from '../../schemas/index.ts';
import { type Restorable, readRestorables } from '../restore.ts';
import { findSelected } from './contents.ts';
import type { Step, StepContext } from './context.ts';
import { withdrawFound } from './rows.ts';

/** Prefix of the reports that Lambda writes to its failure destination. */
const REPORTS = 'aws/lambda/';

const wholeReportSchema = z.looseObject({
  ...failureReportSchema.shape,
  requestContext: z.looseObject(failureReportSchema.shape.requestContext.shape),
  KinesisBatchInfo: z.looseObject(failureReportSchema.shape.KinesisBatchInfo.shape),
});
const wholeRecord = z.looseObject({
  ...failedEventSchema.shape.Records.element.shape,
  kinesis: z.looseObject(failedEventSchema.shape.Records.element.shape.kinesis.shape),
});
const wholeEventSchema = z.looseObject({ Records: z.array(wholeRecord) });
type WholeRecord = z.infer<typeof wholeRecord>;

/**
 * Takes the selected records out of the batches that Lambda has given up on. The other records of a batch
 * stay: those of an aggregate that held a selected one are put into signed envelopes, which keep their
 * places and ids, so that a redrive puts them back as before. The selected ones are withdrawn first, so that
 * a redrive that has read the batch does not bring them back.
 */
export const takeFromFailures: Step = async (context) => {
  const { deps, state, count, reach } = context;
  for await (const key of deps.failures.keys(REPORTS, state.after)) {
    const text = await deps.failures.read(key);
    if (text === undefined) continue;
    const report = wholeReportSchema.parse(JSON.parse(text));
    const { kept, erased } = await sortRecords(context, report.payload);
    if (erased.length === 0) continue;
    if (!state.is_dry_run) {
      await withdrawFound(context, erased);
      if (kept.Records.length === 0) await deps.failures.delete(key);
      else {
        report.payload = JSON.stringify(kept);
        report.KinesisBatchInfo.batchSize = kept.Records.length;
        await deps.failures.write(key, JSON.stringify(report));
      }
      await deps.failures.forgetVersions(key);
    }
    count('failures', erased.length);
    await reach(key);
  }
};

/** Returns the event without the selected records, and those. */
async function sortRecords(
  { deps, selection, state }: StepContext,
  payload: string,
): Promise<{ kept: z.infer<typeof wholeEventSchema>; erased: Restorable[] }> {
  const event = wholeEventSchema.parse(JSON.parse(payload));
  const Records: WholeRecord[] = [];
  const erased: Restorable[] = [];
  for (const record of event.Records) {
    const contents = await readRestorables([record], deps.restoreKey);
    const found = contents.map((one) => findSelected(selection, one));
    const selected = contents.filter((_, i) => found[i] === 'selected');
    if (state.step === 'later_failures') {
      state.unreadable += found.filter((one) => one === 'unreadable').length;
    }
    erased.push(...selected);
    if (selected.length === 0) Records.push(record);
    else {
      const others = contents.filter((_, i) => found[i] !== 'selected');
      const key = others.length === 0 ? '' : await deps.restoreKey();
      Records.push(...others.map((one) => envelop(record, one, key)));
    }
  }
  return { kept: { ...event, Records }, erased };
}

/** Puts one record of a Kinesis record that held several into an envelope, in its place. */
function envelop(record: WholeRecord, one: Restorable, key: string): WholeRecord {
  const { bytes, position, partition_key, arrived_at } = one;
  const data = packRestored({ bytes, position, partition_key, arrived_at }, key);
  return { ...record, kinesis: { ...record.kinesis, data: data.toString('base64') } };
}
