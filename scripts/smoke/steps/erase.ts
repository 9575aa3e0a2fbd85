import { check, type SmokeContext, type Step } from '../step.ts';
import { ingestLines, listRecordIds } from './publish.ts';

/** Of so many records the step checks that their text is gone. */
const CHECKED = 10;

export const erase: Step = {
  promise: 'The texts of the run leave the results table when the run withdraws its records',
  async run(context) {
    const { run } = context;
    const ids = [...listRecordIds(context), `${run}-redriven`];
    const lines = ids.map((record_id) => {
      const source = sourceOf(context, record_id);
      return JSON.stringify({ record_id, source, deleted: true, record_version: 1 });
    });
    const accepted = await ingestLines(context, 'withdrawals.jsonl', lines);
    check(accepted === ids.length, `${accepted} of ${ids.length} withdrawals are accepted`);
    const step = Math.ceil(ids.length / CHECKED);
    for (const id of ids.filter((_, i) => i % step === 0 || i === ids.length - 1)) {
      await waitForWithdrawal(context, id);
    }
    return `${ids.length} records are withdrawn; the raw lake, the inputs of jobs and set-asides expire as set`;
  },
};

function sourceOf({ run }: SmokeContext, record_id: string): string {
  return record_id.endsWith('redriven') ? `${run}-redriven` : run;
}

function waitForWithdrawal(context: SmokeContext, id: string): Promise<void> {
  const { http, keys, waitFor } = context;
  const path = `/results/${sourceOf(context, id)}/${id}`;
  return waitFor(async () => {
    const { json } = await http.send('GET /results/{source}/{record_id} withdrawn', path, {
      api_key: keys.own.api_key,
    });
    check(json.status === 'withdrawn' && !json.text, `${id} is ${String(json.status)}`);
  });
}
