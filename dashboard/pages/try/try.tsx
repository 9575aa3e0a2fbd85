import { useId, useState } from 'preact/hooks';
import type { SyncResponse } from '../../../schemas/index.ts';
import type { Problem } from '../../api/problem.ts';
import { requestJson } from '../../api/request.ts';
import { Failure } from '../../parts/failure.tsx';
import { Scores } from '../../parts/scores.tsx';
import { f, t } from '../../text/text.ts';
import { splitByEntities } from './split.ts';

const EXAMPLE =
  'I love the new camera, but the battery is awful. Call me on +49 151 23456789 or write to maria@example.com.';

/** A box that analyses a text now, and shows what would be masked. */
export function Try() {
  const [text, setText] = useState(EXAMPLE);
  const { answer, problem, is_busy, analyse } = useAnalysis();
  return (
    <>
      <div class="head">
        <div>
          <h1>{t.value.page_try}</h1>
          <p class="dim">{t.value.try_hint}</p>
        </div>
      </div>
      <div class="trying">
        <section class="card">
          <TextBox text={text} on_change={setText} on_submit={() => void analyse(text)} />
          <p class="actions">
            <button
              type="button"
              class="primary"
              disabled={is_busy || text.trim() === ''}
              onClick={() => void analyse(text)}
            >
              {is_busy ? t.value.analyzing : t.value.analyze}
            </button>
            <span class="dim">
              <kbd>Ctrl</kbd> <kbd>Enter</kbd>
            </span>
          </p>
          <Failure problem={problem} />
        </section>
        <section class="card" aria-live="polite">
          {answer === undefined ? <p class="dim">{t.value.try_empty}</p> : <Answer {...answer} />}
        </section>
      </div>
    </>
  );
}

interface TextBoxProps {
  text: string;
  on_change: (text: string) => void;
  on_submit: () => void;
}

function TextBox({ text, on_change, on_submit }: TextBoxProps) {
  const id = useId();
  return (
    <>
      <label for={id} class="above">
        {t.value.text}
      </label>
      <textarea
        id={id}
        rows={7}
        dir="auto"
        value={text}
        onInput={(event) => on_change(event.currentTarget.value)}
        onKeyDown={({ key, ctrlKey, metaKey }) => {
          if (key === 'Enter' && (ctrlKey || metaKey)) on_submit();
        }}
      />
    </>
  );
}

/** Analyses texts one at a time. The last answer stays while the next one is on its way. */
function useAnalysis() {
  const [answer, setAnswer] = useState<{ text: string; verdict: SyncResponse } | undefined>();
  const [problem, setProblem] = useState<Problem | undefined>();
  const [is_busy, setBusy] = useState(false);
  const analyse = async (text: string) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const body = { text, options: { include_pii_detection: true } };
      const verdict = await requestJson<SyncResponse>('analyze/sync', { method: 'POST', body });
      setAnswer({ text, verdict });
    } catch (error) {
      setProblem(error as Problem);
    } finally {
      setBusy(false);
    }
  };
  return { answer, problem, is_busy, analyse };
}

function Answer({ text, verdict }: { text: string; verdict: SyncResponse }) {
  const { sentiment, score, scores, language_code, cache, pii, processing_time_ms } = verdict;
  return (
    <>
      <p class="figure">
        <span class={`verdict large ${sentiment}`}>{t.value[sentiment]}</span>{' '}
        {f.value.percent(score)}
      </p>
      <Scores scores={scores} />
      <h2>{t.value.personal_data}</h2>
      {pii === undefined || pii.entities.length === 0 ? (
        <p class="dim">{t.value.no_personal_data}</p>
      ) : (
        <>
          <p class="marked" dir="auto" lang={language_code}>
            {splitByEntities(text, pii.entities).map(({ part, type }, index) =>
              type === undefined ? (
                part
              ) : (
                <mark key={`${index} ${part}`}>
                  {part} <small>{type}</small>
                </mark>
              ),
            )}
          </p>
          <p class="dim">{t.value.masked_as}</p>
          <p class="marked" dir="auto" lang={language_code}>
            {pii.masked_text}
          </p>
        </>
      )}
      <p class="meta">
        <span>{f.value.language(language_code)}</span>
        <span>{t.value[`cache_${cache}`]}</span>
        <span>{f.value.duration(processing_time_ms)}</span>
      </p>
    </>
  );
}
