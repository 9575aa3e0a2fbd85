import type { Problem } from '../api/problem.ts';
import { t } from '../text/text.ts';
import { KeyForm } from './key-form.tsx';

/** Says why one part of the page has nothing to show, or why an action failed. */
export function Failure({ problem }: { problem: Problem | undefined }) {
  if (problem === undefined) return null;
  const { kind, message, rights } = problem;
  if (kind === 'right') {
    return (
      <div class="failure" role="alert">
        <p>{t.value.needs_right(rights.join(', '))}</p>
        <KeyForm />
      </div>
    );
  }
  const text = kind === 'refused' ? message : t.value[`problem_${kind}`];
  return (
    <p class="failure" role="alert">
      {text}
    </p>
  );
}
