import { useEffect, useState } from 'preact/hooks';
import type { RecordsResponse } from '../../../schemas/index.ts';
import type { Problem } from '../../api/problem.ts';
import { requestJson } from '../../api/request.ts';
import { Failure } from '../../parts/failure.tsx';
import { linkTo, show } from '../../state/location.ts';
import { t } from '../../text/text.ts';

/** Time after which it is worth to look for the counts again. */
const COUNTED_MS = 2_000;

/** What a user can do who has no records yet. */
export function FirstRun({ on_published }: { on_published: () => void }) {
  const [problem, setProblem] = useState<Problem | undefined>();
  const [state, setState] = useState<'idle' | 'busy' | 'done'>('idle');
  useEffect(() => {
    if (state !== 'done') return;
    // The guide goes away with the first count.
    const timer = setInterval(on_published, COUNTED_MS);
    return () => clearInterval(timer);
  }, [state, on_published]);
  const publish = async () => {
    setState('busy');
    setProblem(undefined);
    try {
      const { createSamples } = await import('./samples.ts');
      const body = { records: createSamples(Date.now()) };
      await requestJson<RecordsResponse>('records', { method: 'POST', body });
      setState('done');
    } catch (error) {
      setProblem(error as Problem);
      setState('idle');
    }
  };
  return (
    <section class="card first-run">
      <h2>{t.value.no_records}</h2>
      <p>{t.value.no_records_yet}</p>
      <div class="actions">
        <button
          type="button"
          class="primary"
          disabled={state !== 'idle'}
          onClick={() => void publish()}
        >
          {state === 'done' ? t.value.samples_published : t.value.publish_samples}
        </button>
        <button type="button" onClick={() => show({ range: '90d' })}>
          {t.value.look_back}
        </button>
        <a href={linkTo({ page: 'try' })}>{t.value.page_try}</a>
        <a href={linkTo({ page: 'jobs' })}>{t.value.drop_a_file}</a>
      </div>
      <Failure problem={problem} />
      <p class="dim">{t.value.or_publish}</p>
      <pre dir="ltr">npx aurastream ingest samples/records.jsonl</pre>
    </section>
  );
}
