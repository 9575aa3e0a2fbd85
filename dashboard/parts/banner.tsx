import { useState } from 'preact/hooks';
import { trouble } from '../state/connection.ts';
import { f, t } from '../text/text.ts';
import { KeyForm } from './key-form.tsx';

/** Says that something is wrong, and of when the shown data is. The page below keeps its data. */
export function Banner() {
  const [is_entering, setEntering] = useState(false);
  const now = trouble.value;
  if (now === undefined) return null;
  const { problem, at } = now;
  const kept = at === undefined ? '' : t.value.showing_data_of(f.value.time(at));
  return (
    <div class={`banner ${problem.kind}`} role="alert">
      <p>
        <strong>{t.value[`problem_${problem.kind as 'unreachable'}`]}</strong> {kept}{' '}
        {problem.kind === 'key' ? null : t.value.trying_again}
      </p>
      {problem.kind !== 'key' ? null : is_entering ? (
        <KeyForm on_done={() => setEntering(false)} />
      ) : (
        <button type="button" onClick={() => setEntering(true)}>
          {t.value.enter_key}
        </button>
      )}
    </div>
  );
}
